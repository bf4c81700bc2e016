"""A message before it is sent: what to look at."""

from dataclasses import asdict
from typing import Annotated

from ninja import Query, Router, Schema
from pydantic import Field

from tidings.api.auth import Call
from tidings.api.problems import answers
from tidings.groups.queries import find as find_group
from tidings.messaging.checks.findings import Finding, Severity, errors
from tidings.messaging.queries import find_version
from tidings.sendouts.checks import findings

router = Router(tags=["messages"])

VERSIONS_AT_MOST = 2**31 - 1  # what fits in the column

InGroup = Annotated[str | None, Query(description="A group's id or address: with its values and members.")]
OfVersion = Annotated[int | None, Query(ge=1, le=VERSIONS_AT_MOST, description="Without it the current one.")]


class FindingOut(Schema):
    """One thing to look at."""

    severity: Severity = Field(description="An `error` keeps it from being sent, a `warning` asks.")
    code: str = Field(description="For programs.", examples=["fallback_missing"])
    part: str = Field(examples=["html"])
    line: int | None = Field(description="In the part as it was written; null for the part.", examples=[12])
    problem: str = Field(examples=["contact.first_name has no fallback, and 37 of 300 members have none."])
    mend: str = Field(examples=['Add one, such as {{ contact.first_name | default("…") }}.'])


class CheckOut(Schema):
    """What to look at before a version is sent, the most serious first."""

    can_be_sent: bool = Field(description="Whether nothing is an error.")
    findings: list[FindingOut]


@router.get("/messages/{int:message}/check", response=answers({200: CheckOut}, 404))
def check_message(
    request: Call,  # noqa: ARG001 - ninja passes the request
    message: int,
    *,
    group: InGroup = None,
    version: OfVersion = None,
) -> CheckOut:
    """Checks a version: unknown attributes, missing fallbacks, broken links, size and more, as it is and in a group."""
    found = findings(find_version(message, version), find_group(group) if group is not None else None)
    return CheckOut(can_be_sent=not errors(found), findings=[_finding(one) for one in found])


def _finding(finding: Finding) -> FindingOut:
    return FindingOut(**asdict(finding))
