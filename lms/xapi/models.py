"""What the record store keeps. The tables are made by SQL in migration 0007; this metadata is kept equal to it.

High-volume tables carry `tenant` in their keys and have no foreign keys, so that they can be partitioned and spread
(house: "Past one machine"). Keys named `verb`, `actor`, `agent`, `activity`, `authority` are those of `rules/keys.py`.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Record, db

TENANT = 1
"""The house's own store. A credential belongs to one tenant, and so does everything written with it."""

VOIDED, VOIDING, REFERS, ATTACHES = 1, 2, 4, 8
"""Bits of `statement.flags`."""

ECHO = 16
"""Added to a kind in `statement_ref`: the key is not this statement's own, but that of one which it refers to."""

ANY_REGISTRATION = UUID(int=0)
"""In `document.registration`: none was given (a primary key has no nulls)."""


def _key(**given: Any) -> Mapped[int]:
    return mapped_column(BigInteger, autoincrement=False, **given)


class StoredStatement(db.Model):  # type: ignore[name-defined, misc]
    """A statement. `seq` is its place in time and its `stored` (rules/sequence.py); `payload` is JSON as served.

    Partitioned by month of `seq`; what lies before or after every month has partitions of its own (`partitions.py`).
    """

    __tablename__ = "statement"
    __table_args__ = (
        PrimaryKeyConstraint("tenant", "seq"),
        Index("ix_statement_verb", "tenant", "verb", "seq"),
        Index("ix_statement_actor", "tenant", "actor", "seq"),
        Index("ix_statement_activity", "tenant", "activity", "seq"),
        Index("ix_statement_activity_verb", "tenant", "activity", "verb", "seq"),
        Index("ix_statement_authority", "tenant", "authority", "seq"),
        Index(
            "ix_statement_registration",
            "tenant",
            "registration",
            "seq",
            postgresql_where=text("registration IS NOT NULL"),
        ),
        {"postgresql_partition_by": "RANGE (seq)"},
    )
    tenant: Mapped[int] = mapped_column(autoincrement=False)
    seq: Mapped[int] = _key()
    id: Mapped[UUID]
    timestamp: Mapped[datetime]
    verb: Mapped[int] = _key()
    actor: Mapped[int | None] = _key()
    activity: Mapped[int | None] = _key()
    authority: Mapped[int] = _key()
    registration: Mapped[UUID | None]
    flags: Mapped[int] = mapped_column(SmallInteger)
    payload: Mapped[bytes] = mapped_column(LargeBinary)


class StatementId(db.Model):  # type: ignore[name-defined, misc]
    """Every id that the store knows: what makes sending again harmless. Not partitioned, so that it is unique."""

    __tablename__ = "statement_id"
    __table_args__ = (PrimaryKeyConstraint("tenant", "id"),)
    tenant: Mapped[int] = mapped_column(autoincrement=False)
    id: Mapped[UUID]
    seq: Mapped[int] = _key()


class StatementRef(db.Model):  # type: ignore[name-defined, misc]
    """What else a statement is found by: agents and activities other than its own actor and object (`keys.Kind`).

    The verb stands before the number: a list of one key and one verb is in order, and a key has few verbs to merge.
    """

    __tablename__ = "statement_ref"
    __table_args__ = (PrimaryKeyConstraint("tenant", "kind", "key", "verb", "seq"),)
    tenant: Mapped[int] = mapped_column(autoincrement=False)
    kind: Mapped[int] = mapped_column(SmallInteger, autoincrement=False)
    key: Mapped[int] = _key()
    verb: Mapped[int] = _key()
    seq: Mapped[int] = _key()


class StatementLink(db.Model):  # type: ignore[name-defined, misc]
    """The statement `seq` refers to the statement `target`, itself or through others; known or not yet.

    A known target's number and keys stand here too: whoever refers to a statement is found by them, in its own order.
    """

    __tablename__ = "statement_link"
    __table_args__ = (
        PrimaryKeyConstraint("tenant", "target", "seq"),
        Index("ix_statement_link_seq", "tenant", "seq"),
        *(
            Index(f"ix_statement_link_{name}", "tenant", name, "seq", postgresql_where=text(f"{name} IS NOT NULL"))
            for name in ("verb", "actor", "activity", "authority", "registration")
        ),
    )
    tenant: Mapped[int] = mapped_column(autoincrement=False)
    target: Mapped[UUID]
    seq: Mapped[int] = _key()
    voids: Mapped[bool]
    target_seq: Mapped[int | None] = _key()
    verb: Mapped[int | None] = _key()
    actor: Mapped[int | None] = _key()
    activity: Mapped[int | None] = _key()
    authority: Mapped[int | None] = _key()
    registration: Mapped[UUID | None]


class ActivityDefinition(db.Model):  # type: ignore[name-defined, misc]
    """What the store has been told of an activity, united. `definition` is JSON."""

    __tablename__ = "activity_definition"
    __table_args__ = (PrimaryKeyConstraint("tenant", "key"),)
    tenant: Mapped[int] = mapped_column(autoincrement=False)
    key: Mapped[int] = _key()
    iri: Mapped[str] = mapped_column(Text)
    definition: Mapped[bytes] = mapped_column(LargeBinary)


class AgentName(db.Model):  # type: ignore[name-defined, misc]
    """A name by which an agent was called in some statement."""

    __tablename__ = "agent_name"
    __table_args__ = (PrimaryKeyConstraint("tenant", "agent", "name"),)
    tenant: Mapped[int] = mapped_column(autoincrement=False)
    agent: Mapped[int] = _key()
    name: Mapped[str] = mapped_column(Text)


class Document(db.Model):  # type: ignore[name-defined, misc]
    """A document of a resource (`documents.Kind`). What a kind does not have is 0, or ANY_REGISTRATION."""

    __tablename__ = "document"
    __table_args__ = (PrimaryKeyConstraint("tenant", "kind", "activity", "agent", "registration", "name"),)
    tenant: Mapped[int] = mapped_column(autoincrement=False)
    kind: Mapped[int] = mapped_column(SmallInteger, autoincrement=False)
    activity: Mapped[int] = _key()
    agent: Mapped[int] = _key()
    registration: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    etag: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime]


class Attachment(db.Model):  # type: ignore[name-defined, misc]
    """The bytes of an attachment, once for each hash. `sha2` is lower-case hexadecimal, 224 to 512 bits."""

    __tablename__ = "attachment"
    __table_args__ = (PrimaryKeyConstraint("tenant", "sha2"),)
    tenant: Mapped[int] = mapped_column(autoincrement=False)
    sha2: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class WriterLease(db.Model):  # type: ignore[name-defined, misc]
    """Which process numbers statements as which writer (rules/sequence.py), and until when."""

    __tablename__ = "writer_lease"
    writer: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    process: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime]


class Credential(Record):
    """Key and secret of a client, with scopes of `rules/scopes.py`.

    A launch credential also has `actor`, `activity`, `registration` and `until`; `about_id` is whom it was made for.
    """

    __tablename__ = "credential"
    tenant: Mapped[int] = mapped_column(default=TENANT)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    about_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    actor: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    activity: Mapped[str | None]
    registration: Mapped[UUID | None]
    until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
