"""E-mail addresses of each category that a careful checker tells apart, and what is decided about it.

`docs/reference/addresses.md` says the same to people, with the reasons.
"""

import re
from pathlib import Path

import pytest

from tidings.contacts.rules import AddressFault, normalise_email, normalise_emails

REFERENCE = Path(__file__).parents[2] / "docs/reference/addresses.md"
BAD = AddressFault.BAD_ADDRESS

TAKEN = {
    "plain": [
        "anna@example.com", "a@b.io", "anna.maria.adler@mail.shop.example.com", "anna+news@example.com",
        "o'hara@example.com", "anna_adler-7@ex-ample.com", "!#$%&'*+/=?^_`{|}~-@example.com", "1@2.example",
        "123456@123.com", "anna@3com.example", "a@a.b.c.d.e.f.example", "anna@example.museum",
    ],
    "international": ["anna@münchen.de", "anna@例え.jp", "anna@пример.рф", "anna@xn--mnchen-3ya.de",
        "jürgen@example.com"],
    "domain without mail server": ["anna@no-such-domain-anywhere.com", "anna@example.invalid"],
    "private domain": ["anna@intranet.local", "anna@mail.test", "anna@host.localdomain"],
    "quoted without need": ['"anna"@example.com'],
    "longest": [
        "x" * 64 + "@example.com", f"anna@{'x' * 63}.com",
        f"{'x' * 64}@{'.'.join(['y' * 61] * 3)}.com",  # 64 + 1 + 189 characters
    ],
}  # fmt: skip

REFUSED = {
    "top-level domain alone": {BAD: ["anna@com", "anna@localhost", "anna@de"]},
    "numeric top-level domain": {BAD: ["anna@192.0.2.1", "anna@example.123", "anna@1.2"]},
    "address literal": {
        BAD: ["anna@[192.0.2.1]", "anna@[IPv6:2001:db8::1]", "anna@[IPv6:::]", "anna@[x]", "anna@[192.0.2.1",
              "anna@[]"]
    },
    "quoted local part": {
        BAD: ['"anna adler"@example.com', '"anna\\"adler"@example.com', '""@example.com',
              'anna."adler"@example.com', '"anna@example.com', 'anna"@example.com', '"anna\\@example.com'],
    },
    "comment or folding space": {
        BAD: ["anna(work)@example.com", "(work)anna@example.com", "anna@example.com(work)", "anna@(work)example.com",
              "anna@example(work).com", "anna((a)b)@example.com", "anna(@example.com", "anna)@example.com",
              "anna\r\n @example.com", "anna@\r\n example.com"],
    },
    "obsolete form": {
        BAD: ["anna . adler@example.com", "anna @example.com", "anna@ example.com", "anna@example . com",
              "anna\\@b@example.com",
              "anna\x01@example.com", "anna\x7f@example.com", "anna@exa\x00mple.com"],
    },
    "too long": {
        BAD: ["x" * 65 + "@example.com", f"anna@{'x' * 64}.com"],
        AddressFault.TOO_LONG: [f"{'x' * 64}@{'.'.join(['y' * 61] * 4)}.com", "x" * 255],
    },
    "bad character": {
        BAD: ["anna@exam_ple.com", "anna@example.com!", "anna@exa mple.com", "anna<@example.com", "an:na@example.com",
              "anna@example,com", "anna@ex*mple.com", "an\u200bna@\u200bexample.com", "anna@@example.com",
              "anna@b@example.com",
              "anna@example.com/path", "mailto:anna@example.com", "http://example.com",
              "anna\ufeff@exam\ufeffple.com#"],
    },
    "missing part": {BAD: ["anna", "@", "@example.com", "anna@", "example.com", "anna at example.com", "anna@."]},
    "bad dots": {
        BAD: [".anna@example.com", "anna.@example.com", "anna..adler@example.com", "anna@.example.com",
              "anna@example.com.", "anna@example..com", "anna@example.com.."],
    },
    "bad hyphens": {
        BAD: ["anna@-example.com", "anna@example-.com", "anna@example.-com", "anna@example.com-",
              "anna@ab--example.com"],
    },
    "several addresses": {
        AddressFault.SEVERAL_ADDRESSES: ["a@b.com,c@d.com", "a@b.com; c@d.com", "a@b.com c@d.com", "a@b.com\nc@d.com"]
    },
    "name with address": {
        AddressFault.NAME_WITH_ADDRESS: ["Anna <anna@example.com>",
              "<anna@example.com>", '"Adler, Anna" <anna@example.com>']
    },
    "nothing": {AddressFault.NO_ADDRESS: ["", " ", "\t\r\n", "\u00a0", "\u3000"]},
}  # fmt: skip


def cases(of: dict[str, list[str]]) -> list[object]:
    return [
        pytest.param(raw, id=f"{category}: {raw!r}"[:60]) for category, raws in of.items() for raw in raws
    ]


FAULTY = [
    pytest.param(raw, fault, id=f"{category}: {raw!r}"[:60])
    for category, faults in REFUSED.items()
    for fault, raws in faults.items()
    for raw in raws
]


@pytest.mark.parametrize("raw", cases(TAKEN))
def test_it_takes_what_can_be_delivered(raw):
    stored = normalise_email(raw)
    assert isinstance(stored, str)
    assert stored.rpartition("@")[2].isascii()
    assert normalise_emails([raw.upper(), raw])[1] == stored


@pytest.mark.parametrize(("raw", "fault"), FAULTY)
def test_it_refuses_what_can_not_be_delivered_and_says_why(raw, fault):
    assert normalise_email(raw) is fault
    assert normalise_emails(["anna@example.com", raw])[1] is fault


def test_the_reference_tells_what_is_decided_about_each_category():
    told = dict(re.findall(r"^\| ([^|]+?) \| (taken|refused) \|", REFERENCE.read_text(), re.MULTILINE))
    assert told == dict.fromkeys(TAKEN, "taken") | dict.fromkeys(REFUSED, "refused")
