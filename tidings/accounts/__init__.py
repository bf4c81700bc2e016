"""Who operates Tidings: users and API keys. Owns sign-in; reads nothing above itself."""
