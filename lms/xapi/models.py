"""What the record store keeps. The tables are made by SQL in migrations 0007 to 0018; this metadata is kept equal to it.

High-volume tables carry `tenant` in their keys and have no foreign keys, so that they can be partitioned and spread
(house: "Past one machine"). Keys named `verb`, `actor`, `agent`, `activity`, `authority` are those of `rules/keys.py`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Record, db, stored

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
        Index("ix_statement_actor", "tenant", "actor", "seq", postgresql_include=["flags"]),
        Index("ix_statement_activity", "tenant", "activity", "seq", postgresql_include=["flags"]),
        Index(
            "ix_statement_actor_activity",
            "tenant",
            "actor",
            "activity",
            "seq",
            postgresql_include=["verb", "flags"],
            postgresql_where=text("activity IS NOT NULL"),
        ),
        *(
            Index(f"ix_statement_{name}_verb", "tenant", name, "verb", "seq", postgresql_include=["flags"])
            for name in ("actor", "activity")
        ),
        Index("ix_statement_authority", "tenant", "authority", "seq"),
        Index(
            "ix_statement_registration",
            "tenant",
            "registration",
            "seq",
            postgresql_where=text("registration IS NOT NULL"),
        ),
        Index("ix_statement_attaches", "tenant", "seq", postgresql_where=text("(flags & 8) <> 0")),
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
    """What else a statement is found by: agents and activities other than its own actor and object, and pairs of both
    (`keys.Kind`).

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
        *(
            Index(
                f"ix_statement_link_{one}_{other}",
                "tenant",
                one,
                other,
                "seq",
                postgresql_where=text(f"{one} IS NOT NULL"),
            )
            for one, other in (("actor", "verb"), ("activity", "verb"), ("actor", "activity"))
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
    __table_args__ = (
        PrimaryKeyConstraint("tenant", "agent", "name"),
        Index("ix_agent_name_words", text("to_tsvector('simple'::regconfig, fold(name))"), postgresql_using="gin"),
    )
    tenant: Mapped[int] = mapped_column(autoincrement=False)
    agent: Mapped[int] = _key()
    name: Mapped[str] = mapped_column(Text)


class Document(db.Model):  # type: ignore[name-defined, misc]
    """A document of a resource (`documents.Kind`). What a kind does not have is 0, or ANY_REGISTRATION."""

    __tablename__ = "document"
    __table_args__ = (
        PrimaryKeyConstraint("tenant", "kind", "activity", "agent", "registration", "name"),
        Index("ix_document_agent", "tenant", "agent", postgresql_where=text("agent <> 0")),
    )
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
    """An attachment that is held, once for each hash. `sha2` is lower-case hexadecimal, 224 to 512 bits; `size` in bytes."""

    __tablename__ = "attachment"
    __table_args__ = (PrimaryKeyConstraint("tenant", "sha2"),)
    tenant: Mapped[int] = mapped_column(autoincrement=False)
    sha2: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)


class AttachmentPiece(db.Model):  # type: ignore[name-defined, misc]
    """Its bytes, in pieces counted from nought."""

    __tablename__ = "attachment_piece"
    __table_args__ = (PrimaryKeyConstraint("tenant", "sha2", "number"),)
    tenant: Mapped[int] = mapped_column(autoincrement=False)
    sha2: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class WriterLease(db.Model):  # type: ignore[name-defined, misc]
    """Which process numbers statements as which writer (rules/sequence.py), and until when."""

    __tablename__ = "writer_lease"
    writer: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    process: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime]


class Credential(Record):
    """Key and secret of a client, with scopes of `rules/scopes.py`.

    `former_digest` is of the secret before, good until `former_until`. Limits: None means none; `largest_request` is in
    bytes. A launch credential also has `actor`, `activity`, `registration` and `until`; `about_id` is whom it was made for.
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
    former_digest: Mapped[bytes | None] = mapped_column(LargeBinary, sort_order=91)
    former_until: Mapped[datetime | None] = mapped_column(sort_order=92)
    requests_per_minute: Mapped[int | None] = mapped_column(sort_order=93)
    largest_request: Mapped[int | None] = mapped_column(BigInteger, sort_order=94)


class CredentialEdition(db.Model):  # type: ignore[name-defined, misc]
    """One row, renewed by a trigger whenever what a credential may do changes: what was remembered is then read again."""

    __tablename__ = "credential_edition"
    edition: Mapped[UUID] = mapped_column(primary_key=True)


class ImportState(StrEnum):
    """waiting → judging → keeping → done; refused when a line is no statement. A dry run ends after judging."""

    WAITING = "waiting"
    JUDGING = "judging"
    KEEPING = "keeping"
    DONE = "done"
    REFUSED = "refused"


class StatementImport(Record):
    """A file of statements on its way in. `place` is the byte that comes next; `file_id` goes when it has ended.

    `lines` counts those judged; `faults` holds the first ones that were not well, as {line, pointer, rule, detail}.
    """

    __tablename__ = "statement_import"
    dry_run: Mapped[bool]
    state: Mapped[ImportState] = mapped_column(stored(ImportState), default=ImportState.WAITING)
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    place: Mapped[int] = mapped_column(BigInteger, default=0)
    lines: Mapped[int] = mapped_column(BigInteger, default=0)
    new: Mapped[int] = mapped_column(BigInteger, default=0)
    known: Mapped[int] = mapped_column(BigInteger, default=0)
    contradicting: Mapped[int] = mapped_column(BigInteger, default=0)
    malformed: Mapped[int] = mapped_column(BigInteger, default=0)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    ended_at: Mapped[datetime | None]


class Erasure(Record):
    """Somebody taken out of the store. What says whom (`keys`, `identifiers`) and links them to their pseudonym
    (`secret`) is kept only until it has ended. `expected` statements were found at the start."""

    __tablename__ = "erasure"
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    keys: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    identifiers: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    expected: Mapped[int] = mapped_column(BigInteger, default=0)
    statements: Mapped[int] = mapped_column(BigInteger, default=0)
    documents: Mapped[int] = mapped_column(BigInteger, default=0)
    names: Mapped[int] = mapped_column(BigInteger, default=0)
    attachments: Mapped[int] = mapped_column(BigInteger, default=0)
    signatures: Mapped[int] = mapped_column(BigInteger, default=0)
    credentials: Mapped[int] = mapped_column(BigInteger, default=0)
    in_addresses: Mapped[int] = mapped_column(BigInteger, default=0)
    ended_at: Mapped[datetime | None]
