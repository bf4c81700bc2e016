"""The last words of the server, for errors."""

from pathlib import Path

from tidings.kernel.embedded.home import Home

LAST_LINES = 12
# Enough for that many lines; a log may have gigabytes.
LAST_BYTES = 8192


def last_lines(text: str) -> str:
    """The end of a text, short enough for an error."""
    return "\n".join(text.splitlines()[-LAST_LINES:])


def last_words(home: Home, *, since: float) -> str:
    """The ends of the log files written since `since` (seconds since 1970), oldest first."""
    files = [home.start_log, *home.log.glob("*.log")]
    fresh = [file for file in files if file.exists() and file.stat().st_mtime >= since]
    fresh.sort(key=lambda file: file.stat().st_mtime)
    return last_lines("\n".join(_end(file) for file in fresh))


def _end(file: Path) -> str:
    with file.open("rb") as log:
        size = log.seek(0, 2)
        log.seek(max(0, size - LAST_BYTES))
        return log.read().decode(errors="replace").strip()
