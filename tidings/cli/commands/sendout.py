"""`tidings send` and `tidings sendout`: the act of sending, and its accounting."""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone

import click
from django.db import transaction

from tidings.cli.exits import EndedBadly, EquationBroken
from tidings.cli.ground import database
from tidings.cli.options import SENDER, SPEED, TEXT_FILE, WHEN, WINDOW, Sender, as_json, examples, group_of
from tidings.cli.output import note, print_facts, print_json, print_rows
from tidings.cli.saving import saved
from tidings.cli.unattended import note_if_nobody_works
from tidings.cli.waiting import Step, Summary, Work, wait_for
from tidings.contacts.queries import find as find_contact
from tidings.groups.models import Group
from tidings.messaging.actions import write
from tidings.messaging.checks.findings import warnings
from tidings.messaging.models import Version
from tidings.messaging.queries import find_version
from tidings.selections.choosing import chosen
from tidings.sendouts import actions, queries
from tidings.sendouts.checks import demand_read, findings
from tidings.sendouts.models import Doubt, Sendout
from tidings.sendouts.recipients import as_csv
from tidings.sendouts.rules import FINAL, Accounting

# A paused sendout, or one that awaits its approval, goes on only when a person says so; whoever waits is told instead.
ENDS = (*FINAL, Sendout.State.PAUSED, Sendout.State.AWAITING_APPROVAL)
BAD_ENDS = (Sendout.State.FAILED, Sendout.State.REJECTED, Sendout.State.PAUSED)
OUTCOMES = ("planned", "accepted", "deferred", "failed", "skipped")
COUNTS = ("audience", *OUTCOMES)
DOUBT = ("contact", "email", "resolution", "cause", "noticed_at")
REASON = ("outcome", "code", "reason", "people")
LISTED = ("id", "kind", "state", "group_name", "subject", "audience", *OUTCOMES, "started_at", "ended_at")


@click.command(
    epilog=examples(
        'tidings send news@example.org --subject "Hello {{ contact.first_name }}" --html hello.html',
        'tidings send 1 --subject "Hello" --text hello.txt --at 2026-11-24T09:00+01:00',
        'tidings send 1 --subject "Hello" --text hello.txt --at 09:00 --in-their-zone',
        'tidings send 1 --subject "Hello" --text hello.txt --speed 20000/h --window 08:00-20:00',
        'tidings send 1 --subject "Hello" --text hello.txt --from "Anna <anna@example.org>" --no-wait --json',
        "tidings send 1 --message 31 --test --as anna@example.com",
        "tidings send all@example.org --message 31",
        "tidings send 1 --message 31 --where 'city = \"Berlin\" and joined within 30 days'",
    )
)
@click.argument("ref", metavar="GROUP")
@click.option(
    "--message", type=int, default=None, help="A message that is written already; else give its content:"
)
@click.option("--version", type=int, default=None, help="Of that message, instead of the current one.")
@click.option("--subject", default="")
@click.option("--html", type=TEXT_FILE, default=None, help="The HTML part, a UTF-8 file.")
@click.option("--text", type=TEXT_FILE, default=None, help="The plain text part, a UTF-8 file.")
@click.option("--from", "sender", type=SENDER, default=None, help="Instead of the group's own sender.")
@click.option(
    "--at", "at", type=WHEN, default=None, help="When to start; without it now. Doesn't wait for it."
)
@click.option(
    "--in-their-zone",
    is_flag=True,
    help="With --at: each recipient gets it when it is that time in the zone of their profile, or of their group.",
)
@click.option(
    "--speed", type=SPEED, default=None, help="Such as 20000/h, 6h (spread over six hours) or fastest."
)
@click.option(
    "--window", type=WINDOW, default=None, help="Hours of the day, such as 08:00-20:00, in the group's zone."
)
@click.option("--where", default="", metavar="RULE", help="Only to those members whom the rule picks.")
@click.option("--selection", default="", metavar="NAME", help="The same by a saved rule.")
@click.option("--test", is_flag=True, help="To the group's test recipients alone, marked as a test.")
@click.option(
    "--as", "shown_as", metavar="CONTACT", default=None, help="With --test: whose values the copies show."
)
@click.option("--yes", is_flag=True, help="The warnings of `tidings message check` were read: send it.")
@click.option(
    "--subgroup", default="", help="With --test in a SuperGroup: as which subgroup; without it the first."
)
@click.option("--no-wait", is_flag=True, help="Return at once; workers do the rest.")
@as_json
@database()
def send(
    *,
    ref: str,
    message: int | None,
    version: int | None,
    subject: str,
    html: str | None,
    text: str | None,
    sender: Sender | None,
    at: datetime | None,
    in_their_zone: bool,
    speed: dict[str, object] | None,
    window: dict[str, object] | None,
    where: str,
    selection: str,
    test: bool,
    shown_as: str | None,
    yes: bool,
    subgroup: str,
    no_wait: bool,
    as_json: bool,
) -> None:
    """Send a message to GROUP, wait until it is done, and account for every recipient.

    GROUP may be a SuperGroup: then it goes to the members of its subgroups, each copy as that subgroup's.
    """
    _demand_one_content(message, subject, html, text)
    _demand_fitting(
        test=test, shown_as=shown_as, subgroup=subgroup, others=(at, sender, where or None, selection or None)
    )
    local_time = _local_time(at, wanted=in_their_zone)
    group = group_of(ref)
    name, address = sender or Sender("", "")
    with transaction.atomic():  # what can't be sent leaves no message behind
        said = _version(message, version, subject=subject, html=html or "", text=text or "")
        if test:
            contact = find_contact(shown_as) if shown_as else None
            started = actions.start_test(group, said, by=None, shown_as=contact, subgroup=subgroup)
        else:
            pace = (speed or {}) | (window or {})
            sends_as = {"sender_name": name, "sender_address": address}
            whom = chosen(where, selection)
            if not yes:
                _ask_about_warnings(said, group)
            when = None if local_time else at
            started = actions.start(
                group, said, by=None, at=when, local_time=local_time, pace=pace, whom=whom, **sends_as
            )
    waits = at is None and not no_wait
    if waits:
        wait_for(_work(started.pk), quiet=as_json)
    summary = queries.summary(queries.find(started.pk))
    _print(summary, as_json=as_json)
    if not waits:
        note_if_nobody_works("it is sent")
    _demand_good_end(summary)


def _ask_about_warnings(version: Version, group: Group) -> None:
    """On a terminal asks whether to send it despite its warnings; elsewhere they keep it from being sent."""
    if not sys.stdin.isatty():
        demand_read(version, group, how="give --yes to send it as it is")
    elif found := warnings(findings(version, group)):
        for one in found:
            note(f"Warning: {one}")
        click.confirm("Send it as it is?", abort=True, err=True)


def _local_time(at: datetime | None, *, wanted: bool) -> datetime | None:
    """What the clocks of recipients show when they get it, if each is to get it by their own."""
    if not wanted:
        return None
    if at is None or isinstance(at.tzinfo, timezone):
        raise click.UsageError(
            "--in-their-zone goes with --at and a time without a zone, such as --at 09:00."
        )
    return at.replace(tzinfo=None)


def _demand_one_content(message: int | None, subject: str, html: str | None, text: str | None) -> None:
    content = (subject or None, html, text)
    if message is not None:
        if any(part is not None for part in content):
            raise click.UsageError(
                "--message names a content already: leave --subject, --html and --text out."
            )
    elif not subject or (html is None and text is None):
        raise click.UsageError(
            "A message needs a content: give --subject with --html FILE, --text FILE or both, or --message ID."
        )


def _demand_fitting(*, test: bool, shown_as: str | None, subgroup: str, others: tuple[object, ...]) -> None:
    for option, value in (("--as", shown_as), ("--subgroup", subgroup)):
        if value and not test:
            raise click.UsageError(f"{option} goes with --test.")
    if test and any(other is not None for other in others):
        raise click.UsageError(
            "A test goes at once, from the group's sender and to its test recipients: "
            "leave --at, --from, --where and --selection out."
        )


def _version(message: int | None, version: int | None, *, subject: str, html: str, text: str) -> Version:
    if message is not None:
        return find_version(message, version)
    return write(subject, subject=subject, html=html, text=text, by=None)


def _work(sendout: int) -> Work:
    def step(summary: Summary) -> Step:
        attempted = summary["accepted"] + summary["failed"] + summary["skipped"]
        return Step(summary["state"], attempted, summary["audience"] or None)

    follow = f"tidings sendout show {sendout} --follow"
    return Work(
        "sendout", sendout, lambda: queries.summary(queries.find(sendout), brief=True), step, ENDS, follow
    )


def _print(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        print_json(summary)
        return
    nested = ("waterfall", "reasons", "subgroups")
    print_facts({name: value for name, value in summary.items() if name not in (*COUNTS, *nested)})
    print_rows(COUNTS, [[summary[count] for count in COUNTS]], empty="")
    if subgroups := summary.get("subgroups"):
        columns = ("group_name", *COUNTS)
        print_rows(columns, [[one[column] for column in columns] for one in subgroups], empty="")
    click.echo(_equation(summary))


def _equation(summary: Summary) -> str:
    return f"{' + '.join(OUTCOMES)} = audience: {'holds' if summary['holds'] else 'DOES NOT HOLD'}."


def _demand_good_end(summary: Summary) -> None:
    if not summary["holds"]:
        raise EquationBroken(count=1, problems=f"sendout {summary['id']}: {_equation(summary)}")
    if summary["state"] in BAD_ENDS:
        because = f": {summary['state_reason']}" if summary["state_reason"] else ""
        raise EndedBadly(what="Sendout", id=summary["id"], state=summary["state"], because=because)


@click.group()
def sendout() -> None:
    """List, show, check, pause, resume and cancel sendouts."""


@sendout.command("list", epilog=examples("tidings sendout list", "tidings sendout list --group 1 --json"))
@click.option("--group", "ref", metavar="GROUP", default=None, help="Only those of one group.")
@click.option(
    "--subgroup", metavar="GROUP", default=None, help="Only SuperMessages that went to this subgroup."
)
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@as_json
@database()
def list_sendouts(ref: str | None, subgroup: str | None, limit: int, as_json: bool) -> None:
    """List the newest sendouts."""
    newest = Sendout.objects.select_related("version").order_by("-pk")
    if ref is not None:
        newest = newest.filter(group=group_of(ref))
    if subgroup is not None:
        newest = newest.filter(portions__group=group_of(subgroup))
    found = [queries.summary(one, brief=True) for one in newest[:limit]]
    if as_json:
        print_json(found)
    else:
        rows = ([summary[column] for column in LISTED] for summary in found)
        print_rows(LISTED, rows, empty="There is no sendout yet. Start one with `tidings send`.")


@sendout.command(
    epilog=examples(
        "tidings sendout show 3", "tidings sendout show 3 --follow", "tidings sendout show 3 --json"
    )
)
@click.argument("number", metavar="ID", type=int)
@click.option("--follow", is_flag=True, help="Wait until it has ended or is paused.")
@as_json
@database()
def show(number: int, follow: bool, as_json: bool) -> None:
    """Show a sendout: its state and what became of its recipients."""
    if follow:
        wait_for(_work(number), quiet=as_json)
    summary = queries.summary(queries.find(number))
    _print(summary, as_json=as_json)
    if follow:
        _demand_good_end(summary)


@sendout.command(
    epilog=examples(
        "tidings sendout accounting 3",
        "tidings sendout accounting 3 --by subgroup",
        "tidings sendout accounting 3 --in-doubt --json",
    )
)
@click.argument("number", metavar="ID", type=int)
@click.option(
    "--by",
    type=click.Choice(["reason", "subgroup"]),
    default="reason",
    show_default=True,
    help="What the outcomes are told apart by.",
)
@click.option("--in-doubt", is_flag=True, help="Also name everyone whose copy was in doubt.")
@as_json
@database()
def accounting(number: int, by: str, in_doubt: bool, as_json: bool) -> None:
    """Account for every recipient: outcomes with their reasons, or by the subgroups of a SuperMessage."""
    found = queries.find(number)
    account = queries.accounting(found)
    counts = {name: getattr(account, name) for name in ("audience", *OUTCOMES, "in_doubt")}
    columns, rows = _parts_of(found, account, by)
    parts = {f"{by}s": [dict(zip(columns, row, strict=True)) for row in rows]}
    doubts = [_doubt(doubt) for doubt in queries.in_doubt(found)] if in_doubt else []
    if as_json:
        named = {"doubts": doubts} if in_doubt else {}
        print_json({"id": number, **counts, "holds": account.holds, **parts, **named})
    else:
        print_facts({"sendout": number, **counts, "equation holds": account.holds})
        print_rows(columns, rows, empty=f"No {by}s are noted.")
        if in_doubt:
            print_rows(DOUBT, [list(doubt.values()) for doubt in doubts], empty="Nobody was in doubt.")
    if not account.holds:
        raise EquationBroken(count=1, problems=f"sendout {number}")


def _parts_of(found: Sendout, account: Accounting, by: str) -> tuple[Sequence[str], list[tuple[object, ...]]]:
    """What the outcomes come to by reason or by subgroup: the columns, and a row for each."""
    if by == "reason":
        return REASON, list(account.reasons)
    rows: list[tuple[object, ...]] = [
        (portion.group_id, portion.group_name, *(getattr(part, name) for name in COUNTS))
        for portion, part in queries.by_subgroup(found)
    ]
    return ("group", "group_name", *COUNTS), rows


def _doubt(doubt: Doubt) -> Summary:
    at, cause = doubt.noticed_at.isoformat(), doubt.cause
    return dict(zip(DOUBT, (doubt.contact_id, doubt.contact.email, doubt.resolution, cause, at), strict=True))


@sendout.command(
    epilog=examples(
        "tidings sendout recipients 3 --out people.csv", "tidings sendout recipients 3 --out - | grep failed"
    )
)
@click.argument("number", metavar="ID", type=int)
@click.option("--out", required=True, metavar="FILE", help="Where to; `-` is standard output.")
@as_json
@database()
def recipients(number: int, out: str, as_json: bool) -> None:
    """Save everyone of the audience with what became of each, as CSV."""
    found = queries.find(number)
    with saved(out) as target:
        target.writelines(lines.encode() for lines in as_csv(found.pk))
    if as_json and out != "-":
        print_json({"id": number, "file": out})


@sendout.command(epilog=examples("tidings sendout check 3", "tidings sendout check --all --json"))
@click.argument("number", metavar="[ID]", type=int, required=False)
@click.option("--all", "every", is_flag=True, help="Check all sendouts.")
@as_json
@database()
def check(number: int | None, every: bool, as_json: bool) -> None:
    """Count everything again, recipient by recipient, and compare. Exit code 6 if the accounting differs."""
    if (number is None) != every:
        raise click.UsageError("Say which sendout to check: its ID, or --all.")
    checked = [queries.find(number)] if number is not None else Sendout.objects.order_by("pk").iterator()
    verdicts = _verdicts(checked)
    if as_json:
        print_json(verdicts)
    else:
        rows = ((v["id"], v["holds"], "; ".join(v["problems"])) for v in verdicts)
        print_rows(("sendout", "holds", "problems"), rows, empty="There is no sendout to check.")
    broken = [f"sendout {v['id']}: {'; '.join(v['problems'])}" for v in verdicts if not v["holds"]]
    if broken:
        raise EquationBroken(count=len(broken), problems=" ".join(broken))


def _verdicts(sendouts: Iterable[Sendout]) -> list[Summary]:
    verdicts = []
    for one in sendouts:
        problems = [str(problem) for problem in queries.verify(one)]
        verdicts.append({"id": one.pk, "holds": not problems, "problems": problems})
    return verdicts


@sendout.command(
    epilog=examples(
        "tidings sendout pace 3 --speed 20000/h", "tidings sendout pace 3 --speed fastest --window always"
    )
)
@click.argument("number", metavar="ID", type=int)
@click.option(
    "--speed", type=SPEED, default=None, help="Such as 20000/h, 6h (spread over six hours) or fastest."
)
@click.option("--window", type=WINDOW, default=None, help="Hours of the day, such as 08:00-20:00, or always.")
@as_json
@database()
def pace(
    number: int, speed: dict[str, object] | None, window: dict[str, object] | None, as_json: bool
) -> None:
    """Give a sendout its own speed and hours, also while it runs. What isn't given is as its group's settings say."""
    actions.change_pace(queries.find(number), (speed or {}) | (window or {}), by=None)
    _print(queries.summary(queries.find(number)), as_json=as_json)


@sendout.command(epilog=examples("tidings sendout pause 3"))
@click.argument("number", metavar="ID", type=int)
@as_json
@database()
def pause(number: int, as_json: bool) -> None:
    """Pause a sendout. It keeps its lock; nobody is lost."""
    actions.pause(queries.find(number), by=None)
    _print(queries.summary(queries.find(number)), as_json=as_json)


@sendout.command(epilog=examples("tidings sendout resume 3"))
@click.argument("number", metavar="ID", type=int)
@as_json
@database()
def resume(number: int, as_json: bool) -> None:
    """Let a paused sendout go on."""
    actions.resume(queries.find(number), by=None)
    _print(queries.summary(queries.find(number)), as_json=as_json)
    note_if_nobody_works("it is sent")


@sendout.command(epilog=examples("tidings sendout cancel 3"))
@click.argument("number", metavar="ID", type=int)
@as_json
@database()
def cancel(number: int, as_json: bool) -> None:
    """Cancel the rest of a sendout: whoever is still planned is skipped."""
    actions.cancel(queries.find(number), by=None)
    _print(queries.summary(queries.find(number)), as_json=as_json)
