"""What holds for every page on every screen. A new page is one line in PAGES."""

import re

import pytest
from django.utils.html import strip_tags

from tests.web.browser import COLOURS, WIDTHS, is_reached_by_tab, prefer, sideways_pixels, violations

# Path, with the names of a World's parts in it; and the name of what one comes to the page for.
PAGES = [
    ("/", "New group"),
    ("/groups/", "New group"),
    ("/groups/?q=nothing-is-called-so", "Show all groups"),
    ("/groups/?archived=both&sort=members", "New group"),
    ("/groups/bulk/?act=category&group={group.pk}&group={empty.pk}", "Change the category: 2 groups"),
    ("/groups/bulk/?act=archive&group={empty.pk}", "Archive: 1 group"),
    ("/categories/", "Create category"),
    ("/categories/?q=nothing-is-called-so", "Show all categories"),
    ("/categories/{group.category_id}/", "Rename"),
    ("/groups/new/", "Create group"),
    ("/groups/{group.pk}/", "Send"),
    ("/groups/{locked.pk}/", "Send"),
    ("/groups/{group.pk}/members/", "Remove anna.adler@example.net"),
    ("/groups/{empty.pk}/members/", "Add people"),
    ("/groups/{group.pk}/members/bulk/?act=complain&contact={contact.pk}", "Note a complaint: 1 member"),
    ("/contacts/bulk/?act=add&contact={contact.pk}", "Add to a group: 1 contact"),
    ("/contacts/bulk/?act=erase&contact={contact.pk}", "Erase: 1 contact"),
    ("/groups/{group.pk}/members/add/", "Add to the group"),
    ("/groups/{group.pk}/members/unsubscribed/", "gina.grasso@example.net"),
    ("/groups/{locked.pk}/members/?state=pending", "Ask ida.iversen@example.net again"),
    ("/groups/{locked.pk}/members/?state=awaiting_approval", "Approve jan.jansen@example.net"),
    ("/groups/{group.pk}/members/?q=nobody", "Show all members"),
    ("/groups/{group.pk}/members/consent/", "Double opt-ins as CSV"),
    ("/groups/{empty.pk}/members/consent/?act=expired", "Show all entries"),
    ("/groups/{locked.pk}/members/letters/", "ida.iversen@example.net"),
    ("/groups/{group.pk}/members/{contact.pk}/override/", "Send the letter"),
    ("/groups/{group.pk}/attributes/", "Set"),
    ("/groups/{empty.pk}/attributes/", "Set"),
    ("/groups/{group.pk}/attributes/import/", "Look at the changes"),
    ("/groups/{group.pk}/attributes/history/", "Attributes"),
    ("/groups/{empty.pk}/attributes/history/", "Set an attribute"),
    ("/groups/{group.pk}/settings/", "Save"),
    ("/groups/{supergroup.pk}/", "Add subgroups"),
    ("/groups/{supergroup.pk}/subgroups/", "Move Daily deals up"),
    ("/groups/{supergroup.pk}/subgroups/add/", "Add the checked groups"),
    ("/groups/{supergroup.pk}/subgroups/add/?q=nothing-is-called-so", "Show all groups"),
    ("/groups/{supergroup.pk}/send/", "New message"),
    ("/groups/{supergroup.pk}/send/{sendout.version.message_id}/", "Not now"),
    ("/selections/", "New selection"),
    ("/selections/?q=nothing-is-called-so", "Show all selections"),
    ("/selections/new/", "Read the text"),
    ("/selections/{selection.pk}/", "Save"),
    (
        "/selections/new/?where=(city+%3D+%22Berlin%22+or+not+member+of+{group.pk})+and+joined+within+30+days",
        "Remove this group of conditions",
    ),
    ("/transfers/", "Transfer people"),
    ("/transfers/?state=failed", "Show all transfers"),
    ("/transfers/new/?source={group.pk}&target={empty.pk}", "Count"),
    ("/transfers/{transferred.pk}/", "Another transfer"),
    ("/transfers/{asking.pk}/", "Yes, transfer and remove them"),
    ("/exports/", "Download"),
    ("/groups/{group.pk}/export/", "Export"),
    ("/blacklist/", "Remove *.spam.example"),
    ("/blacklist/?q=anna@mail.spam.example", "Show all entries"),
    ("/groups/{group.pk}/blacklist/", "Remove nobody@example.net"),
    ("/blacklist/imports/", "Import"),
    ("/groups/{group.pk}/blacklist/imports/", "never.txt"),
    ("/blacklist/imports/{listed.pk}/", "Rejected values as CSV"),
    ("/groups/{empty.pk}/blacklist/", "Add to the blacklist"),
    ("/groups/{group.pk}/copy/", "Copy the group"),
    ("/groups/{group.pk}/delete/", "Delete the group"),
    ("/groups/{locked.pk}/delete/", "Delete the group"),
    ("/groups/{group.pk}/settings/sender/", "Save"),
    ("/groups/{group.pk}/settings/subscription/", "Save"),
    ("/groups/{group.pk}/settings/sending/", "Save"),
    ("/groups/{group.pk}/settings/deactivation/", "Save"),
    ("/contacts/", "anna.adler@example.net"),
    ("/contacts/{contact.pk}/", "Weekly newsletter"),
    ("/contacts/?q=nothing-begins-so", "Show all contacts"),
    ("/contacts/new/", "Create contact"),
    ("/contacts/{contact.pk}/edit/", "Save"),
    ("/contacts/{contact.pk}/groups/{group.pk}/", "Save"),
    ("/contacts/{contact.pk}/endpoints/add/", "Add endpoint"),
    ("/contacts/{contact.pk}/erase/", "Erase for good"),
    ("/contacts/{contact.pk}/merge/", "Compare"),
    ("/contacts/{contact.pk}/merge/{other.pk}/", "Merge"),
    ("/attributes/", "New attribute"),
    ("/attributes/new/", "Define attribute"),
    ("/attributes/{attribute.pk}/", "Change type"),
    ("/attributes/{changing.pk}/", "Cancel the change"),
    ("/imports/", "Import a file"),
    ("/imports/?q=nothing-is-called-so", "Show all imports"),
    ("/imports/new/", "Weekly newsletter"),
    ("/imports/mappings/", "Delete CRM export"),
    ("/groups/{group.pk}/import/", "Upload and look"),
    ("/imports/{draft.pk}/", "Discard"),
    ("/imports/{imported.pk}/", "Rejected rows as CSV"),
    ("/messages/", "New message"),
    ("/messages/?q=nothing-is-called-so", "Show all messages"),
    ("/messages/new/", "Begin writing"),
    ("/files/", "Upload"),
    ("/files/?q=nothing-is-called-so", "Show all files"),
    ("/messages/{sendout.version.message_id}/", "Send"),
    ("/messages/{sendout.version.message_id}/edit/", "Save version"),
    ("/messages/{sendout.version.message_id}/settings/", "Delete"),
    ("/messages/{sendout.version.message_id}/compare/", "Compare"),
    ("/messages/{sendout.version.message_id}/send/", "Weekly newsletter"),
    ("/messages/{sendout.version.message_id}/send-one/", "Send to one contact"),
    ("/groups/{group.pk}/send/", "New message"),
    ("/groups/{group.pk}/send/{sendout.version.message_id}/", "Send to 6 people"),
    ("/groups/{locked.pk}/send/{sendout.version.message_id}/", "Not now"),
    ("/sendouts/", "Send a message"),
    ("/sendouts/{sendout.pk}/", "Recipients"),
    ("/mailbox/", "Delete all"),
    ("/mailbox/{mail.pk}/", "Source"),
    ("/keys/", "Create key"),
    ("/approvals/", "Spring sale"),
    ("/approvals/{approval.pk}/", "Approve"),
    ("/notices/", "Mark all as read"),
    ("/groups/0/", "To the dashboard"),
]


@pytest.fixture(scope="module", params=PAGES, ids=[path for path, _ in PAGES])
def wanted(request, site):
    path, action = request.param
    return path.format_map(vars(site[0])), action


@pytest.fixture(scope="module", params=WIDTHS)
def page(request, wanted, tabs):
    """The page, opened once for all that is asked of it."""
    tab = tabs[request.param]
    tab.goto(wanted[0])
    tab.locator(".htmx-request").first.wait_for(state="detached")
    return tab


def test_it_meets_wcag_in_light_and_dark_and_fits_the_screen(page):
    prefer(page, "light")
    assert violations(page) == ""
    prefer(page, "dark")
    assert violations(page, COLOURS) == ""
    assert sideways_pixels(page) <= 0


def test_its_action_is_reached_with_the_keyboard_alone(page, wanted):
    assert is_reached_by_tab(page, wanted[1])


@pytest.mark.parametrize("path", [path for path, _ in PAGES])
def test_it_has_one_heading_which_is_its_title_and_no_inline_script(path, world, operator):
    html = operator.get(path.format_map(vars(world)), follow=True).content.decode()
    (heading,) = re.findall(r"<h1>(.*?)</h1>", html)
    assert f"<title>{strip_tags(heading)} · Tidings</title>" in html
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
