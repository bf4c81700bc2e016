"""Words, numbers and small marks as every page shows them."""

from datetime import datetime, timedelta
from importlib.metadata import version

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tidings.moderation.queries import count_open
from tidings.notices.queries import count_unread
from tidings.web.assets import SPRITE, VENDOR

register = template.Library()

VERSION = version("tidings")
MINUTE, HOUR, DAY = 60, 3_600, 86_400  # seconds
LOW_RATE = 10  # per second; below it a decimal says something

# One colour per meaning; every state says its name as well, so that colour is never the only sign.
TONES = {
    "awaiting_approval": "amber", "rejected": "red", "open": "amber", "approved": "green",
    "scheduled": "blue", "waiting": "amber", "preparing": "blue", "sending": "blue", "paused": "amber",
    "retrying": "amber", "finished": "green", "cancelled": "grey", "failed": "red",
    "draft": "grey", "queued": "grey", "reading": "blue", "merging": "blue", "moving": "blue", "running": "blue",
    "awaiting_confirmation": "amber",
    "accepted": "green", "deferred": "amber", "skipped": "grey", "planned": "blue",
    "active": "green", "pending": "amber", "deactivated": "grey",
    "shared": "amber", "exclusive": "red",
    "email": "blue", "sms": "green", "push": "violet",
    "success": "green", "error": "red", "warning": "amber", "info": "blue", "debug": "grey",
}  # fmt: skip


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing beside a text that says the same; screen readers skip it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static(SPRITE), name
    )


@register.inclusion_tag("web/components/nav_entry.html", takes_context=True)
def nav_entry(
    context: template.Context, name: str, *, icon: str, text: str, mark: object = "", also: str = ""
) -> dict[str, object]:
    """One line of the sidebar; `mark` says how much is new there, `also` names a page that belongs to it."""
    href = reverse(name)
    path = context["request"].path
    is_current = path == href or (href != reverse("web:dashboard") and path.startswith(href))
    is_current = is_current or (also != "" and path.startswith(reverse(also)))
    return {"href": href, "icon": icon, "text": text, "is_current": is_current, "mark": mark}


@register.simple_tag(takes_context=True)
def unread_notices(context: template.Context) -> int:
    """How many notices the user hasn't read, up to a hundred."""
    user = context["request"].user
    return count_unread(user) if user.is_authenticated else 0


@register.simple_tag
def open_approvals() -> int:
    """How many sendouts somebody is to decide about, up to a hundred."""
    return count_open()


@register.simple_tag
def vendored(package: str) -> str:
    """The address of a vendored file, such as `htmx`; its folder's name holds the version."""
    return static(VENDOR[package])


@register.simple_tag
def asset(path: str) -> str:
    """The address of one of our own files; browsers keep it until the version changes."""
    return f"{static(path)}?v={VERSION}"


@register.filter
def tone(state: str) -> str:
    """The colour of a state."""
    return TONES.get(str(state), "grey")


@register.filter
def when(moment: datetime | None) -> SafeString | str:
    """A time with its zone, and in the form that programs read."""
    if moment is None:
        return "\u2013"
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}">{}</time>', moment.isoformat(timespec="seconds"), f"{local:%Y-%m-%d %H:%M %Z}"
    )


@register.filter
def duration(value: timedelta | float | None) -> str:
    """A time span in its two largest units: `2 min 38 s`."""
    if value is None:
        return ""
    seconds = int(value.total_seconds() if isinstance(value, timedelta) else value)
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min {seconds % MINUTE} s"
    if seconds < DAY:
        return f"{seconds // HOUR} h {seconds % HOUR // MINUTE} min"
    return f"{seconds // DAY} d {seconds % DAY // HOUR} h"


@register.filter
def since(moment: datetime | None) -> str:
    """How long ago that was."""
    return duration(max(timezone.now() - moment, timedelta())) if moment else ""


@register.filter
def per_second(rate: float | None) -> str:
    """A rate without false precision."""
    if rate is None:
        return ""
    return f"{rate:,.1f} / s" if rate < LOW_RATE else f"{rate:,.0f} / s"
