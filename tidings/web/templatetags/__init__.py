"""What templates of the web door load with `{% load web %}`."""
