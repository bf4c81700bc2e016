import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.channels.email.replies import LONGEST_REPLY_BYTES, NotSmtpError, ReplyReader, decoded

texts = st.text(st.characters(min_codepoint=32, codec="utf-8"), max_size=20).map(str.strip)
replies = st.lists(st.tuples(st.integers(200, 599), st.lists(texts, min_size=1, max_size=3)), max_size=4)


def on_the_wire(code: int, lines: list[str]) -> bytes:
    earlier = "".join(f"{code}-{line}\r\n" for line in lines[:-1])
    return f"{earlier}{code} {lines[-1]}\r\n".encode()


@given(replies, st.lists(st.integers(1, 9), min_size=1))
def test_replies_are_the_same_however_the_network_cuts_them(said, cuts):
    reader, heard = ReplyReader(), []
    stream = b"".join(on_the_wire(code, lines) for code, lines in said)
    while stream:
        cut = cuts[len(stream) % len(cuts)]
        heard += reader.feed(stream[:cut])
        stream = stream[cut:]
    assert reader.is_empty
    assert [code for code, _ in heard] == [code for code, _ in said]
    assert [decoded(text).split("\n") for _, text in heard] == [_stripped(lines) for _, lines in said]


def _stripped(lines: list[str]) -> list[str]:
    return "\n".join(lines).rstrip().split("\n")


@pytest.mark.parametrize("line", [b"250\r\n", b"250 \r\n", b"250\n"])
def test_a_code_alone_is_a_reply(line):
    [(code, text)] = ReplyReader().feed(line)
    assert (code, decoded(text)) == (250, "")


@pytest.mark.parametrize(
    "line",
    [
        b"\r\n",
        b"hello\r\n",
        b"25 ok\r\n",
        b"2500 ok\r\n",
        b"199 x\r\n",
        b"600 x\r\n",
        b"+25 x\r\n",
        b"2_5 x\r\n",
    ],
)
def test_what_is_no_reply_is_refused(line):
    with pytest.raises(NotSmtpError):
        ReplyReader().feed(line)


@pytest.mark.parametrize("chunk", [b"250-more\r\n" * 100, b"x" * 1000])
def test_a_reply_without_end_is_refused_instead_of_filling_the_memory(chunk):
    reader = ReplyReader()
    with pytest.raises(NotSmtpError):  # noqa: PT012 - which of the packets is too much does not matter
        for _ in range(LONGEST_REPLY_BYTES // 100):
            reader.feed(chunk)
