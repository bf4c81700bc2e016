"""The faults of `tests/faults` at full size: all of them, with 100 kills at random moments of 100,000 recipients."""

import os
import subprocess
import sys
from xml.etree import ElementTree as ET

from bench import ground
from bench.pairs import Result

TESTS = "tests/faults"
SMALL = 2_000  # recipients of the same tests in `make test`
REPORT = ground.WORK / "faults.xml"
OURS = ("TIDINGS_", "DJANGO_", "DATABASE_URL")


def run(_pairs: int, recipients: int) -> list[Result]:
    """How many of the tests hold at that size; the notes tell what became of everyone under kills.

    Nothing below the size at which `make test` runs them anyway.
    """
    if recipients < SMALL:
        return []
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    environment["FAULTS_SCALE"] = str(recipients // SMALL)
    words = [
        sys.executable,
        "-m",
        "pytest",
        TESTS,
        "-q",
        f"--junitxml={REPORT}",
        "-p",
        "no:cacheprovider",
    ]
    subprocess.run(words, env=environment, check=False)
    suite = ET.parse(REPORT).getroot()[0]  # noqa: S314 - our own file
    tests, bad = int(suite.attrib["tests"]), sum(int(suite.attrib[kind]) for kind in ("failures", "errors"))
    if bad:
        raise SystemExit(f"{bad} of {tests} faults at full size end badly: see above.")
    result = Result("faults", tests, tests, 1.0, 0.0, "tests", 1, notes=_notes(suite))
    result.notes["seconds"] = round(float(suite.attrib["time"]))
    return [result]


def _notes(suite: ET.Element) -> dict[str, float | str]:
    """What the tests told, under their names in words."""
    return {
        f"{_words(case.attrib['name'])}: {told.attrib['name']}": told.attrib["value"]
        for case in suite.iter("testcase")
        for told in case.iter("property")
    }


def _words(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")
