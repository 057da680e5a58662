"""Shapes of the wallet."""

from typing import Any

from marshmallow import Schema, fields

from certificates.drawing import EDITIONS
from certificates.models import AwardExport, AwardShare
from certificates.wallet.exporting import percent
from certificates.wallet.services import DAYS
from lms.core.language import N_
from lms.core.web.fields import Text, one_of


class ShareIn(Schema):
    days = fields.Integer(
        required=True, validate=one_of(DAYS, N_("Choose how long the link lasts")),
        error_messages={"required": N_("Choose how long the link lasts"), "invalid": N_("Choose how long the link lasts")},
    )  # fmt: skip
    told = Text(load_default="", max=100, metadata={"description": "For whom it is; only the holder sees it"})


class ShareOut(Schema):
    """A link that shows the whole name for a while. `address` is given once, when it is made."""

    id = fields.UUID(required=True)
    told = fields.String(required=True)
    made_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    address = fields.URL(required=True, require_tld=False, allow_none=True)


class SharesOut(Schema):
    items = fields.List(fields.Nested(ShareOut), required=True)


class ProfileLinkOut(Schema):
    address = fields.URL(required=True)


class CopyIn(Schema):
    edition = fields.String(
        required=True, validate=one_of(EDITIONS, N_("Choose the language")),
        error_messages={"required": N_("Choose the language")},
    )  # fmt: skip


class AwardCopyOut(Schema):
    """A zip that a job makes. `done` of `of` certificates are in it."""

    id = fields.UUID(required=True)
    edition = fields.String(required=True)
    asked_at = fields.DateTime(required=True)
    done = fields.Integer(required=True)
    of = fields.Integer(required=True)
    percent = fields.Integer(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)


def shown_share(it: AwardShare, address: str | None = None) -> dict[str, Any]:
    """For ShareOut."""
    return {
        "id": it.id, "told": it.told, "made_at": it.made_at, "expires_at": it.expires_at, "ended_at": it.ended_at,
        "address": address,
    }  # fmt: skip


def shown_copy(it: AwardExport) -> dict[str, Any]:
    """For AwardCopyOut."""
    return {
        "id": it.id, "edition": it.edition, "asked_at": it.asked_at, "done": it.done, "of": len(it.award_ids),
        "percent": percent(it), "ended_at": it.ended_at,
    }  # fmt: skip
