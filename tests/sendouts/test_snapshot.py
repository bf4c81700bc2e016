"""What a worker keeps compiled."""

from tidings.sendouts.snapshot import snapshot_of


def test_a_message_is_compiled_once(make_sendout):
    sendout = make_sendout()
    assert snapshot_of(sendout.pk, sendout.group_id) is snapshot_of(sendout.pk, sendout.group_id)
