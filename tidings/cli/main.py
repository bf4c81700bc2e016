"""The program `tidings`: finds the command, runs it, turns what happened into an exit code."""

import logging
import sys
from collections.abc import Sequence

import click

from tidings.cli.exits import Exit, exit_code, tell
from tidings.cli.lazy import Entry, LazyGroup
from tidings.kernel.errors import TidingsError

COMMANDS = "tidings.cli.commands"
ENTRIES = {
    "up": Entry(f"{COMMANDS}.run.up", "Run everything: database, migrations, web, workers, mailbox."),
    "migrate": Entry(f"{COMMANDS}.run.migrate", "Bring the database's tables up to date."),
    "web": Entry(f"{COMMANDS}.run.web", "Run the web server alone."),
    "worker": Entry(f"{COMMANDS}.run.worker", "Run the workers alone."),
    "mailbox": Entry(f"{COMMANDS}.run.mailbox", "Run the built-in mailbox alone."),
    "check": Entry(f"{COMMANDS}.check.check", "Say whether everything is ready for work."),
    "group": Entry(f"{COMMANDS}.group.group", "Create, list, show and change groups."),
    "category": Entry(
        f"{COMMANDS}.category.category", "Create, list, rename and delete categories of groups."
    ),
    "supergroup": Entry(
        f"{COMMANDS}.supergroup.supergroup",
        "Create SuperGroups; add, remove, order and show their subgroups.",
    ),
    "blacklist": Entry(f"{COMMANDS}.blacklist.blacklist", "Keep addresses out of a group, or of everything."),
    "contact": Entry(f"{COMMANDS}.contact.contact", "Find, show, create and change contacts."),
    "attribute": Entry(
        f"{COMMANDS}.attribute.attribute",
        "Define, list, change and archive attributes of contacts and members.",
    ),
    "member": Entry(f"{COMMANDS}.member.member", "Add, remove, approve and list members; opt-outs, letters."),
    "select": Entry(f"{COMMANDS}.selection.select", "Count, sample, explain or save whom a rule picks."),
    "selection": Entry(
        f"{COMMANDS}.selection.selection", "Save, list, show, change, copy and delete selections."
    ),
    "import": Entry(f"{COMMANDS}.imports.import_file", "Import a file of contacts into a group."),
    "imports": Entry(f"{COMMANDS}.imports.imports", "List, show and cancel imports; save rejected rows."),
    "message": Entry(
        f"{COMMANDS}.message.message", "Write, check, preview, compare, copy, archive and delete messages."
    ),
    "file": Entry(
        f"{COMMANDS}.file.file", "Upload, list, describe and delete pictures and documents of messages."
    ),
    "send": Entry(f"{COMMANDS}.sendout.send", "Send a message to a group."),
    "send-one": Entry(f"{COMMANDS}.single.send_one", "Send a message to one contact."),
    "send-many": Entry(f"{COMMANDS}.single_many.send_each", "Send a message to each contact of a file."),
    "single": Entry(f"{COMMANDS}.single.single", "List and show single sends."),
    "sendout": Entry(f"{COMMANDS}.sendout.sendout", "List, show, check, pause, resume and cancel sendouts."),
    "transfer": Entry(f"{COMMANDS}.transfers.transfer", "Transfer people from one group to another."),
    "transfers": Entry(f"{COMMANDS}.transfers.transfers", "List, show, confirm and cancel transfers."),
    "moderation": Entry(
        f"{COMMANDS}.moderation.moderation", "List, approve and reject what awaits approval."
    ),
    "export": Entry(f"{COMMANDS}.export.export", "Write the members of a group to a CSV file."),
    "notice": Entry(f"{COMMANDS}.notice.notice", "List what Tidings told a user."),
    "user": Entry(f"{COMMANDS}.user.user", "Create and list users."),
    "api-key": Entry(f"{COMMANDS}.user.api_key", "Create, list and revoke API keys."),
}
EPILOG = """\b
Examples:
  tidings up
  tidings group create "Newsletter" --channel email --address news@example.org
  tidings import news@example.org people.csv
  tidings send news@example.org --subject "Hello" --html hello.html

\b
Exit codes:
  0 done           3 refused, or bad input    6 ended badly
  1 unexpected     4 not found                130 stopped waiting (Ctrl-C)
  2 wrong usage    5 group locked
"""

log = logging.getLogger(__name__)


@click.group(cls=LazyGroup, entries=ENTRIES, epilog=EPILOG, context_settings={"max_content_width": 110})
@click.version_option(package_name="tidings", message="Tidings %(version)s")
def tidings() -> None:
    """Keep contacts in groups, send messages to those groups, account for every recipient.

    Every command tells more with --help. Commands work beside a running `tidings up` and without one.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code; errors are told on stderr, with --json as JSON."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words  # asked before parsing: a usage error must come in the wanted form as well
    try:
        result = tidings.main(words, prog_name="tidings", standalone_mode=False)
    except TidingsError as error:
        tell(error.code, str(error), as_json=as_json)
        return exit_code(error)
    except click.Abort:
        tell("interrupted", "Interrupted.", as_json=as_json)
        return Exit.INTERRUPTED
    except click.ClickException as error:
        return _tell_usage(error, as_json=as_json)
    except Exception as error:
        log.exception("The command failed in a way that nobody foresaw.")
        tell("unexpected", f"{type(error).__name__}: {error}", as_json=as_json)
        return Exit.UNEXPECTED
    return result if isinstance(result, int) else Exit.DONE


def _tell_usage(error: click.ClickException, *, as_json: bool) -> int:
    if as_json:
        tell("usage", error.format_message(), as_json=True)
    else:
        error.show()
    return Exit.USAGE


if __name__ == "__main__":
    sys.exit(main())
