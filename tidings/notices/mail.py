"""The mail of a notice: its text, and what became of it."""

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from urllib.parse import urlsplit

from django.conf import settings

from tidings.kernel import clock
from tidings.notices.models import Notice

SENDER_NAME = "Tidings"
# Whoever hasn't got a mail by then reads the page.
GIVEN_UP_AFTER = timedelta(hours=24)

State = Notice.State


def sender() -> str:
    """The address that notices come from: the setting's, else one at the host of the pages."""
    host = urlsplit(settings.ENVIRONMENT.base_url).hostname or "localhost"
    return settings.ENVIRONMENT.notices_from or f"tidings@{host}"


def waiting(notice_id: int) -> Notice | None:
    """The notice if its mail is still to be sent; one that has waited for a day is given up."""
    notice = Notice.objects.select_related("user").filter(pk=notice_id, state=State.WAITING).first()
    if notice and clock.now() - notice.created_at > GIVEN_UP_AFTER:
        settle(notice_id, State.FAILED, "No relay took it within a day.")
        return None
    return notice


def written(notice: Notice) -> bytes:
    """The mail as it goes over the wire. Base64 keeps a dot from beginning a line."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((SENDER_NAME, sender()))
    mail["To"] = formataddr((notice.user.name, notice.user.email))
    mail["Subject"] = notice.subject
    mail["Date"] = format_datetime(notice.created_at)
    mail["Message-ID"] = f"<notice.{notice.pk}@{sender().rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_text(notice), cte="base64")
    return mail.as_bytes()


def _text(notice: Notice) -> str:
    link = f"\n\n{settings.ENVIRONMENT.base_url}{notice.path}" if notice.path else ""
    return f"{notice.body.strip()}{link}\n"


def settle(notice_id: int, state: Notice.State, reason: str = "") -> None:
    """What became of the mail; one that is settled stays so."""
    mailed_at = clock.now() if state == State.MAILED else None
    Notice.objects.filter(pk=notice_id, state=State.WAITING).update(
        state=state, reason=reason, mailed_at=mailed_at
    )
