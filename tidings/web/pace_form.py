"""Speed and hours of one sendout, as a form: what is left empty is as the group's settings say."""

from typing import Any

from django import forms
from django.utils.formats import number_format

from tidings.groups.models import Group
from tidings.groups.settings import HOURS_OF_SPREAD_AT_MOST, PER_HOUR_AT_MOST, Speed
from tidings.kernel import clock
from tidings.sendouts.models import Sendout
from tidings.sendouts.pacing import timetable_of
from tidings.web.forms import StyledForm

SPEEDS = [
    ("", "As the group says"),
    (Speed.FASTEST, "As fast as possible"),
    (Speed.PER_HOUR, "So many per hour"),
    (Speed.SPREAD, "Spread over hours"),
]
HOURS = [("", "As the group says"), ("always", "At any time"), ("window", "Only in this daily window")]


class PaceForm(StyledForm):
    """How fast a sendout goes and within which hours of the day."""

    speed = forms.ChoiceField(label="Speed", choices=SPEEDS, required=False)
    per_hour = forms.IntegerField(
        label="Messages per hour", required=False, min_value=1, max_value=PER_HOUR_AT_MOST
    )
    spread_hours = forms.IntegerField(
        label="Hours to spread over", required=False, min_value=1, max_value=HOURS_OF_SPREAD_AT_MOST
    )
    hours = forms.ChoiceField(label="Hours of the day", choices=HOURS, required=False)
    window_begins = forms.TimeField(
        label="From", required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    window_ends = forms.TimeField(
        label="Until", required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )

    def clean(self) -> dict[str, Any]:
        """A number for a speed that has one, and both ends of a window."""
        cleaned = super().clean() or self.cleaned_data
        speed = cleaned.get("speed", "")
        if speed in {Speed.PER_HOUR, Speed.SPREAD} and not cleaned.get(_number_of(speed)):
            self.add_error(_number_of(speed), "Say how many.")
        begins, ends = cleaned.get("window_begins"), cleaned.get("window_ends")
        if cleaned.get("hours") == "window" and (begins is None or ends is None or begins == ends):
            self.add_error("window_ends", "A daily window has a begin and another end.")
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """What of it differs from the group's settings."""
        cleaned, found = self.cleaned_data, {}
        if speed := cleaned["speed"]:
            found["speed"] = speed
            if speed in {Speed.PER_HOUR, Speed.SPREAD}:
                found[_number_of(speed)] = cleaned[_number_of(speed)]
        if hours := cleaned["hours"]:
            for name in ("window_begins", "window_ends"):
                found[name] = cleaned[name] if hours == "window" else None
        return found


def _number_of(speed: str) -> str:
    return "per_hour" if speed == Speed.PER_HOUR else "spread_hours"


def form_of(sendout: Sendout) -> PaceForm:
    """The form with what was chosen for a sendout."""
    pace = sendout.pace
    hours = ("window" if pace["window_begins"] else "always") if "window_begins" in pace else ""
    return PaceForm(initial={**pace, "hours": hours})


def zone_name(group: Group) -> str:
    """The zone in which a group's hours are meant."""
    return group.all_settings.sending.window_time_zone or group.time_zone


def pace_facts(sendout: Sendout) -> dict[str, Any]:
    """What holds now, in words, and when a sendout goes on that waits for its hours."""
    now = clock.now()
    timetable = timetable_of(sendout, sendout.group)
    opens = timetable.opens(now)
    per_hour = timetable.per_hour
    return {
        "speed": f"{number_format(round(per_hour), force_grouping=True)} per hour"
        if per_hour
        else "as fast as possible",
        "window": timetable.window or "at any time",
        "quiet": timetable.quiet,
        "opens_at": opens if opens > now else None,
    }
