from datetime import UTC

from tidings.kernel import clock


def test_times_are_in_utc():
    assert clock.now().tzinfo is UTC
