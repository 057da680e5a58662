"""A credential as somebody hands it in: JSON, a token, or a picture with either inside. Pure; nothing is looked up."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from certificates.badges.baking import unbaked
from certificates.badges.models import Form

LARGEST = 200_000


@dataclass(frozen=True)
class Given:
    """`text` is a token, or JSON whose members are in `members`."""

    form: Form
    credential_id: UUID
    text: str
    members: dict[str, Any]


def read(content: bytes) -> Given | None:
    """None: it is nothing of the kind."""
    text = unbaked(content)
    if text is None:
        text = content[: LARGEST + 1].decode("utf-8", "replace")
    text = text.strip().lstrip("\ufeff")
    if len(text) > LARGEST:
        return None
    form = Form.JSON if text.startswith("{") else Form.JWT
    try:
        members = json.loads(text) if form is Form.JSON else _claims(text)
        return Given(form, UUID(str(members["id"]).removeprefix("urn:uuid:")), text, members)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
        return None


def same(given: Given, kept: str) -> bool:
    """Does it say just what we signed? Wallets write JSON anew: order and spaces may differ, nothing else."""
    if given.form is Form.JWT:
        return given.text == kept
    signed: dict[str, Any] = json.loads(kept)
    return _plain(given.members) == _plain(signed)


def _plain(members: dict[str, Any]) -> str:
    return json.dumps(members, sort_keys=True)


def _claims(token: str) -> dict[str, Any]:
    _header, claims, _signature = token.split(".")
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return found
