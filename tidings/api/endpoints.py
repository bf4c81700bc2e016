"""Push endpoints of contacts."""

from datetime import datetime

from django.http import HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from tidings.api.auth import Call
from tidings.api.contacts import PushIn
from tidings.api.problems import answers
from tidings.contacts import endpoints
from tidings.contacts.models import PushEndpoint
from tidings.contacts.queries import get

router = Router(tags=["contacts"])


class EndpointOut(Schema):
    """Where an app of a contact's device is reached by push."""

    id: int = Field(examples=[12])
    app: str = Field(examples=["Example Books"])
    endpoint: str = Field(examples=["https://push.example.net/send/f1Q9"])
    created_at: datetime


@router.get("/contacts/{int:contact}/endpoints", response=answers({200: list[EndpointOut]}, 404))
def list_endpoints(request: Call, contact: int) -> list[PushEndpoint]:  # noqa: ARG001 - ninja passes the request
    """Lists the push endpoints of a contact."""
    return list(get(contact).push_endpoints.order_by("pk"))


@router.post("/contacts/{int:contact}/endpoints", response=answers({201: EndpointOut}, 400, 404, 409))
def add_endpoint(
    request: Call, response: HttpResponse, contact: int, payload: PushIn
) -> Status[PushEndpoint]:
    """Adds a push endpoint; adding it again changes nothing."""
    made = endpoints.add(get(contact), payload.endpoint, app=payload.app, by=request.auth)
    response["Location"] = f"{request.path}/{made.pk}"
    return Status(201, made)


@router.delete("/contacts/{int:contact}/endpoints/{int:endpoint}", response=answers({204: None}, 400, 404))
def remove_endpoint(request: Call, contact: int, endpoint: int) -> Status[None]:
    """Removes a push endpoint."""
    endpoints.remove(get(contact), endpoint, by=request.auth)
    return Status(204, None)
