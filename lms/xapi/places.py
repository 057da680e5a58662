"""Where a document lies."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement

from lms.xapi.models import ANY_REGISTRATION, Document
from lms.xapi.rules import keys
from lms.xapi.rules.documents import Kind

Json = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a document lies. `name` is its stateId or profileId; None: all that lie there."""

    tenant: int
    kind: Kind
    name: str | None
    activity: str | None = None
    agent: Json | None = None
    registration: UUID | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """A stateless reading without a registration reaches those of every registration when it lists or clears."""
        found = [
            Document.tenant == self.tenant,
            Document.kind == int(self.kind),
            Document.activity == self.activity_key,
            Document.agent == self.agent_key,
        ]
        if self.name is not None:
            found.append(Document.name == self.name)
        if self.name is not None or self.registration is not None:
            found.append(Document.registration == (self.registration or ANY_REGISTRATION))
        return found

    @property
    def activity_key(self) -> int:
        return keys.key_of(self.activity) if self.activity is not None else 0

    @property
    def agent_key(self) -> int:
        return (keys.agent_key(self.agent) or 0) if self.agent is not None else 0

    @property
    def lock(self) -> int:
        """A number for an advisory lock: a document that is not there yet has no row to lock."""
        return keys.key_of(
            f"{self.tenant} {self.kind} {self.activity_key} {self.agent_key} {self.registration} {self.name}"
        )
