"""What the list of groups is narrowed to, and how it is ordered."""

from django import forms
from django.db.models import QuerySet

from tidings.accounts.models import User
from tidings.groups.models import Category, Group
from tidings.groups.queries import Wanted, listed
from tidings.kernel.errors import Refused
from tidings.memberships.queries import GROUP_ORDERS, ordered
from tidings.web.forms import StyledForm

KINDS = {"": None, "supergroup": True, "group": False}
ARCHIVED = {"": False, "yes": True, "both": None}


class GroupFilter(StyledForm):
    """The address of the page keeps it."""

    q = forms.CharField(
        label="Search name, address or id",
        required=False,
        widget=forms.TextInput(
            {"type": "search", "placeholder": "Search name, address or id", "data-search": ""}
        ),
    )
    category = forms.ModelChoiceField(
        Category.objects.order_by("name"), required=False, empty_label="Any category"
    )
    channel = forms.ChoiceField(choices=[("", "Any channel"), *Group.Channel.choices], required=False)
    lock = forms.ChoiceField(
        choices=[
            ("", "Locked or not"),
            ("any", "Locked"),
            ("exclusive", "Locked: exclusive"),
            ("shared", "Locked: shared"),
            ("free", "Not locked"),
        ],
        required=False,
    )
    owner = forms.ModelChoiceField(
        User.objects.order_by("name", "email"), required=False, empty_label="Any owner"
    )
    kind = forms.ChoiceField(
        choices=[("", "Any kind"), ("supergroup", "SuperGroups"), ("group", "No SuperGroups")],
        required=False,
    )
    archived = forms.ChoiceField(
        choices=[("", "Not archived"), ("yes", "Archived"), ("both", "Archived or not")], required=False
    )
    sort = forms.ChoiceField(
        label="Order",
        choices=[
            ("", "By name"),
            ("members", "Most active members"),
            ("fewest", "Fewest active members"),
            ("newest", "Newest first"),
            ("oldest", "Oldest first"),
        ],
        required=False,
    )

    @property
    def order(self) -> tuple[str, ...]:
        """The fields that the list is ordered by."""
        return GROUP_ORDERS[self._sort]

    @property
    def _sort(self) -> str:
        return self.cleaned_data.get("sort") or "name"

    @property
    def is_narrowed(self) -> bool:
        """Whether some groups may be left out."""
        return any(value for name, value in self.cleaned_data.items() if name != "sort")

    def found(self) -> QuerySet[Group]:
        """The groups that the form asks for; raises `Refused` if it can't be read."""
        if not self.is_valid():
            raise Refused(reason="The filters in this address can't be read. Open the list of groups again.")
        asked = self.cleaned_data
        found = listed(
            Wanted(
                asked["q"],
                category=asked["category"] and asked["category"].pk,
                channel=asked["channel"],
                owner=asked["owner"] and asked["owner"].pk,
                is_supergroup=KINDS[asked["kind"]],
                is_archived=ARCHIVED[asked["archived"]],
                lock=asked["lock"],
            )
        )
        return ordered(found, self._sort)
