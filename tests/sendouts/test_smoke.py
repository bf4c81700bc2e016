from tidings.sendouts.queries import accounting


def test_smoke(make_sendout, deliver, relay):
    sendout = deliver(make_sendout(members=30))
    assert sendout.state == "finished"
    assert accounting(sendout).accepted == 30
    assert len(relay.mails) == 30

def test_smoke2(make_sendout, deliver, relay):
    sendout = deliver(make_sendout(members=30))
    assert sendout.state == "finished"
    assert accounting(sendout).accepted == 30
    assert len(relay.mails) == 30
