"""Creating and changing several contacts at once."""

from typing import Literal

from ninja import Router, Schema
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.contacts import CONTACTS_AT_MOST, ContactPut, put
from tidings.api.problems import answers
from tidings.kernel.errors import TidingsError

router = Router(tags=["contacts"])


class ContactsIn(Schema):
    """Contacts, each known by at least one identity, with what to set."""

    model_config = ConfigDict(extra="forbid")
    contacts: list[ContactPut] = Field(min_length=1, max_length=CONTACTS_AT_MOST)


class StoredOut(Schema):
    """What became of the contact at this place of the list, counted from 0: it has an id, or a reason."""

    place: int = Field(examples=[0])
    result: Literal["created", "changed", "refused"]
    contact: int | None = Field(None, examples=[4711])
    code: str = Field("", examples=["bad_address"])
    message: str = Field("", examples=["“anna” can't be used as an e-mail address: …"])


class ContactsOut(Schema):
    """What became of each, in their order."""

    created: int = Field(examples=[1])
    changed: int = Field(examples=[0])
    refused: int = Field(examples=[0])
    results: list[StoredOut]


@router.post("/contacts/bulk", response=answers({200: ContactsOut}, 400))
def put_contacts(request: Call, payload: ContactsIn) -> ContactsOut:
    """Creates or changes up to 1,000 contacts, each as `POST /contacts` does.

    Each on its own: one that is refused hinders no other.
    """
    results = [_put(place, one, request) for place, one in enumerate(payload.contacts)]
    counts = {what: sum(one.result == what for one in results) for what in ("created", "changed", "refused")}
    return ContactsOut(**counts, results=results)


def _put(place: int, wanted: ContactPut, request: Call) -> StoredOut:
    try:
        contact, is_new = put(wanted, request)
    except TidingsError as error:
        return StoredOut(place=place, result="refused", contact=None, code=error.code, message=str(error))
    result: Literal["created", "changed"] = "created" if is_new else "changed"
    return StoredOut(place=place, result=result, contact=contact.pk, code="", message="")
