"""Which sendouts a saved selection narrows."""

from tidings.selections.models import Selection
from tidings.sendouts.models import Sendout
from tidings.sendouts.rules import FINAL


def sendouts_using(selection: Selection) -> list[str]:
    """The sendouts to its people that haven't ended, in words that people understand."""
    open_ones = Sendout.objects.filter(selection=selection).exclude(state__in=FINAL).order_by("pk")
    return [f"sendout {one.pk} ({one.get_state_display().lower()})" for one in open_ones]
