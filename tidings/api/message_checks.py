"""A message before it is sent: what to look at, and one copy of it."""

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
from tidings.sendouts.preview import as_whom, beside, preview
from tidings.sendouts.served import shown_in

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


class MessageCheckOut(Schema):
    """What to look at before a version is sent, the most serious first."""

    can_be_sent: bool = Field(description="Whether nothing is an error.")
    findings: list[FindingOut]


@router.get("/messages/{int:message}/check", response=answers({200: MessageCheckOut}, 404))
def check_message(
    request: Call,  # noqa: ARG001 - ninja passes the request
    message: int,
    *,
    group: InGroup = None,
    version: OfVersion = None,
) -> MessageCheckOut:
    """Checks a version: unknown attributes, missing fallbacks, broken links, size and more, as it is and in a group."""
    found = findings(find_version(message, version), find_group(group) if group is not None else None)
    return MessageCheckOut(can_be_sent=not errors(found), findings=[_finding(one) for one in found])


class PreviewOut(Schema):
    """A copy as its recipient would see it; its links lead nowhere."""

    contact: int = Field(examples=[4711])
    previous: int | None = Field(description="The member before; null for the first.", examples=[4710])
    next: int | None = Field(description="The member after; null for the last.", examples=[4712])
    sender: str = Field(examples=["Newsletter <news@example.org>"])
    reply_to: str = Field(examples=["help@example.org"])
    to: str = Field(examples=["Anna Adler <anna@example.com>"])
    subject: str = Field(examples=["Hello Anna"])
    preview_text: str = Field(examples=["What is new in May"])
    html: str | None = Field(examples=["<p>Hello Anna</p>"])
    text: str | None = Field(examples=["Hello Anna"])


@router.get("/messages/{int:message}/preview", response=answers({200: PreviewOut}, 404))
def preview_message(
    request: Call,  # noqa: ARG001 - ninja passes the request
    message: int,
    *,
    group: Annotated[str, Query(description="A group's id or address.")],
    contact: Annotated[str, Query(description="An identity; without it the first member.")] = "",
    without: Annotated[
        str, Query(description="The next member without a value for it, such as `contact.city`.")
    ] = "",
    subgroup: Annotated[
        str,
        Query(description="In a SuperGroup: as which subgroup, by its id or address; without it the first."),
    ] = "",
    version: OfVersion = None,
) -> PreviewOut:
    """Shows a version as one contact would get it in a group, or as one subgroup of a SuperGroup. Nothing is sent."""
    found, asked = find_version(message, version), find_group(group)
    where = shown_in(asked, subgroup)
    whom = as_whom(where, contact, without=without)
    before, after = (beside(where, whom.pk, is_next=is_next) for is_next in (False, True))
    return PreviewOut(
        contact=whom.pk,
        previous=before.pk if before else None,
        next=after.pk if after else None,
        **asdict(preview(found, where, whom, within=asked)),
    )


def _finding(finding: Finding) -> FindingOut:
    return FindingOut(**asdict(finding))
