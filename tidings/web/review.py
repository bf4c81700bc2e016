"""The last look before a sendout: who gets it, from whom, when, and what is in the way."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tidings.accounts.models import User
from tidings.groups.models import Group
from tidings.groups.queries import receiving
from tidings.kernel.errors import TidingsError
from tidings.messaging.checks.findings import Finding
from tidings.messaging.models import Version
from tidings.sendouts import actions
from tidings.sendouts.models import Portion, Sendout
from tidings.web.forms import StyledForm
from tidings.web.pace_form import PaceForm

# Above this many a click isn't enough: the number has to be typed.
TYPED_ABOVE_PEOPLE = 1_000

NOW, LATER, IN_THEIR_ZONE = "now", "later", "in_their_zone"
WHEN = [(NOW, "Now"), (LATER, "At a time"), (IN_THEIR_ZONE, "At a time in each recipient's zone")]


class SentMeanwhile(TidingsError):
    """This version has just gone to “{group}” as sendout {sendout}, so it was not sent again. If you want them to get
    a second copy, open the review anew.
    """


@dataclass(frozen=True)
class Zone:
    """The zone that times are typed and shown in."""

    name: str
    offset: str
    now: datetime


def zone() -> Zone:
    """The zone of this installation."""
    now = timezone.localtime()
    offset = f"{now:%z}"
    return Zone(timezone.get_current_timezone_name(), f"UTC{offset[:3]}:{offset[3:5]}", now)


def last_sendout(group: Group, version: Version) -> Sendout | None:
    """The newest sendout of this version to this group, or to one of those as whose members people get it."""
    groups = {group.pk, *(part.pk for part in receiving(group))}
    concerned = Q(group__in=groups) | Q(pk__in=Portion.objects.filter(group__in=groups).values("sendout"))
    found = Sendout.objects.filter(concerned, version=version, kind=Sendout.Kind.GROUP)
    return found.order_by("-pk").first()


def start_once(group: Group, version: Version, *, last_seen: int, by: User, **chosen: Any) -> Sendout:
    """Starts the sendout unless another of the same version began since `last_seen`: then nobody gets a second copy."""
    with transaction.atomic():
        Version.objects.select_for_update(no_key=True).get(pk=version.pk)  # two clicks take turns
        last = last_sendout(group, version)
        if last and last.pk != last_seen:
            raise SentMeanwhile(sendout=last.pk, group=group.name)
        return actions.start(group, version, by=by, **chosen)


def _own_sender(group: Group) -> dict[str, str]:
    """Whom it comes from where nothing else is chosen."""
    if group.is_supergroup:
        return dict.fromkeys(("sender_name", "sender_address"), "each subgroup's own")
    sender = group.all_settings.sender
    return {
        "sender_name": sender.name or group.name,
        "sender_address": sender.address or group.address or "",
    }


class ReviewForm(StyledForm):
    """What a sendout may differ in from what its group says, and the confirmation."""

    sender_name = forms.CharField(required=False, max_length=150)
    sender_address = forms.EmailField(required=False)
    when = forms.ChoiceField(choices=WHEN, widget=forms.RadioSelect)
    at = forms.DateTimeField(
        label="Time",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    confirmed = forms.CharField(
        label="Number of people",
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )

    # The newest sendout of this version to this group when the page was made, 0 for none: of two clicks, one sends.
    last_seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    despite_warnings = forms.BooleanField(label="I have read the warnings; send it as it is", required=False)

    def __init__(
        self,
        group: Group,
        people: int,
        last: Sendout | None,
        warnings: Sequence[Finding],
        *args: object,
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.pace = PaceForm(self.data if self.is_bound else None, prefix="pace")
        self.warnings = warnings
        self.people = people
        self.was_sent = last is not None and last.state != Sendout.State.FAILED
        self.fields["last_seen"].initial = last.pk if last else 0
        for name, own in _own_sender(group).items():
            self.fields[name].widget.attrs["placeholder"] = own
        for name in ("when", "despite_warnings"):
            self.fields[name].widget.attrs["class"] = "form-check-input"

    def is_valid(self) -> bool:
        """Speed and hours too."""
        return all((super().is_valid(), self.pace.is_valid()))

    def clean_despite_warnings(self) -> bool:
        """Whether they were read, where there are any."""
        is_read: bool = self.cleaned_data["despite_warnings"]
        if self.warnings and not is_read:
            raise forms.ValidationError("Mend what the warnings say, or check this box.")
        return is_read

    @property
    def must_type(self) -> bool:
        """Whether the number of people has to be typed: they are many, or got this version before."""
        return self.was_sent or self.people > TYPED_ABOVE_PEOPLE

    def clean_at(self) -> datetime | None:
        """A time to come if one is wanted, else None."""
        at: datetime | None = self.cleaned_data["at"]
        when = self.cleaned_data.get("when")
        if when not in {LATER, IN_THEIR_ZONE}:
            return None
        if at is None:
            raise forms.ValidationError("Say when, or choose “Now”.")
        # The last zones get to a time about a day behind the first.
        if at <= timezone.now() - timedelta(days=when == IN_THEIR_ZONE):
            raise forms.ValidationError("This time is over. Choose a later one, or “Now”.")
        return at

    def times(self) -> dict[str, datetime | None]:
        """When it goes: `at` a time, or at the `local_time` of each recipient."""
        at = self.cleaned_data["at"]
        if self.cleaned_data["when"] != IN_THEIR_ZONE:
            return {"at": at}
        return {"at": None, "local_time": timezone.make_naive(at)}

    def clean_confirmed(self) -> str:
        """The typed number, which must be that of the people who get it now."""
        typed = str(self.cleaned_data["confirmed"])
        if self.must_type and re.sub(r"[\s,.'\u2019]", "", typed) != str(self.people):
            raise forms.ValidationError(
                f"Type {self.people:,} to confirm: that many people would get it now."
            )
        return typed
