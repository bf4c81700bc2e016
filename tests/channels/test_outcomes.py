import pytest

from tidings.channels.outcomes import CarrierDown, Kind, Outcome


@pytest.mark.parametrize(
    ("code", "reason"), [(0, "no answer in time"), (535, "535 no answer in time")], ids=["silent", "refused"]
)
def test_a_carrier_that_is_down_says_which_and_why(code, reason):
    down = CarrierDown("mx.example.com:25", Outcome(Kind.CARRIER_DOWN, code, "no answer in time"))
    assert str(down) == f"The carrier mx.example.com:25 can't take messages: {reason}"
