from collections import Counter
from pathlib import Path

import pytest

from demo.files import Expectation, write_files
from demo.people import invent_people
from tidings.imports.rules.formats import HEAD_BYTES, propose_format
from tidings.imports.rules.reasons import Reject
from tidings.imports.rules.recognise import recognise
from tidings.imports.rules.rows import Row, read_head, read_rows


def read(path: Path) -> tuple[list[Row], list[Reject]]:
    with path.open("rb") as file:
        layout = propose_format(file.read(HEAD_BYTES), ended=False).format
        file.seek(0)
        head = read_head(file, layout)
        file.seek(0)
        batches = list(read_rows(file, layout, recognise(head.names, sample=head.rows)))
    return [row for batch in batches for row in batch.rows], [
        each for batch in batches for each in batch.rejects
    ]


@pytest.fixture(scope="module")
def expectations(tmp_path_factory) -> tuple[Expectation, ...]:
    return write_files(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def contents(expectations) -> list[tuple[Expectation, list[Row], list[Reject]]]:
    return [(expected, *read(expected.path)) for expected in expectations]


def test_each_file_holds_what_is_expected_of_it(contents):
    for expected, rows, rejects in contents:
        people = {row[1] for row in rows}
        assert len(people) == expected.people
        assert len(rows) - len(people) == expected.duplicates
        assert Counter(reject.reason for reject in rejects) == expected.rejected
        assert len(rows) + len(rejects) == expected.rows


def test_the_groups_come_out_with_95000_and_5000_people(contents):
    groups: dict[str, set[str]] = {"large": set(), "small": set()}
    for expected, rows, _ in contents:
        groups[expected.group] |= {row[1] for row in rows}
    assert {name: len(people) for name, people in groups.items()} == {"large": 95_000, "small": 5_000}
    assert len(groups["large"] & groups["small"]) == 2_000


def test_no_two_people_share_a_telephone_number(contents):
    owners: dict[str, set[str]] = {}
    for _, rows, _ in contents:
        for row in rows:
            if row[2]:
                owners.setdefault(row[2], set()).add(row[1])
    assert len(owners) > 10_000
    assert all(len(people) == 1 for people in owners.values())


def test_every_address_is_at_a_domain_for_examples(contents):
    domains = {row[1].rpartition("@")[2] for _, rows, _ in contents for row in rows}
    assert all(domain.startswith("example.") or domain.endswith(".example") for domain in domains)


def test_the_same_seed_writes_the_same_files(expectations, tmp_path):
    for again, expected in zip(write_files(tmp_path), expectations, strict=True):
        assert again.path.read_bytes() == expected.path.read_bytes()


def test_another_seed_invents_other_people():
    assert invent_people(50, seed=1) == invent_people(50, seed=1)
    assert invent_people(50, seed=1) != invent_people(50, seed=2)


def test_people_differ_in_address():
    people = invent_people(20_000, seed=3)
    assert len({person.email for person in people}) == 20_000
