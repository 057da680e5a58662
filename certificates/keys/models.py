"""Signing keys. A key is never deleted: what it signed must be checked for as long as anybody holds it."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from certificates.keys.rules import KeyKind, KeyState
from lms.core.db import Record, stored


class SigningKey(Record):
    """A key pair. `sealed` is the private half (`keys.sealing`); None once it must not sign any more: it is gone for good.

    One of a kind is active. `kid` is in every signature, and in the address of the public half.
    """

    __tablename__ = "signing_key"
    __table_args__ = (Index("uq_signing_key_active", "kind", unique=True, postgresql_where="state = 'active'"),)
    kid: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[KeyKind] = mapped_column(stored(KeyKind))
    state: Mapped[KeyState] = mapped_column(stored(KeyState))
    public: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    active_from: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
