"""The settings of a group, all tabs at once."""

from typing import Any

from ninja import Router, Schema
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.problems import answers
from tidings.groups.actions import update_settings
from tidings.groups.queries import find, settings_of
from tidings.groups.settings import AllSettings

router = Router(tags=["groups"])

Values = dict[str, Any]


class SettingsIn(Schema):
    """The settings to change, by tab and name, as `GET` shows them; what isn't named stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"sender": {"reply_to": "shop@example.org"}, "subscription": {"pending_days": 7}}
        },
    )
    general: Values = Field(default={}, examples=[{"category": "Retail", "time_zone": "Europe/Berlin"}])
    sender: Values = Field(default={}, examples=[{"reply_to": "shop@example.org"}])
    subscription: Values = Field(default={}, examples=[{"pending_days": 7}])
    sending: Values = Field(default={}, examples=[{"limit_messages": 3, "limit_days": 7}])
    tracking: Values = Field(default={}, examples=[{"link_parameters": ["utm_source=news"]}])
    moderation: Values = Field(default={}, examples=[{"moderated": False}])
    deactivation: Values = Field(default={}, examples=[{"soft": {"count": 5, "days": 30}}])
    test_recipients: Values = Field(default={}, examples=[{"addresses": ["anna@example.org"]}])
    supergroup: Values = Field(default={}, examples=[{"duplicates": "one_copy"}])


@router.get("/groups/{group}/settings", response=answers({200: AllSettings}, 404))
def get_settings(request: Call, group: str) -> AllSettings:  # noqa: ARG001 - ninja passes the request
    """Gets all settings of a group."""
    return settings_of(find(group))


@router.patch("/groups/{group}/settings", response=answers({200: AllSettings}, 400, 404, 423))
def patch_settings(request: Call, group: str, payload: SettingsIn) -> AllSettings:
    """Changes some settings of a group, all that are named or none."""
    changes = payload.model_dump(exclude_unset=True)
    return settings_of(update_settings(find(group), changes, by=request.auth))
