"""Facts: what happened, to whom, and what they were then. Only appended to; a correction is another fact."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from lms.accounts.models import Sector
from lms.core.db import Record, db, stored


class FactKind(StrEnum):
    """What a fact says. `thing_id` and `amount` mean what stands behind each."""

    WAITLISTED = "waitlisted"  # an enrolment
    ENROLLED = "enrolled"  # an enrolment
    ACCESSED = "accessed"  # an enrolment
    ACTIVE = "active"  # an enrolment, once a day
    LEARNED = "learned"  # an enrolment: all of the content is done
    COMPLETED = "completed"  # an enrolment: all that the course asks for
    WITHDRAWN = "withdrawn"  # an enrolment
    CERTIFIED = "certified"  # an award
    AWARD_ENDED = "award_ended"  # an award: revoked or replaced
    PORTFOLIO_OPENED = "portfolio_opened"  # a portfolio
    PORTFOLIO_SUBMITTED = "portfolio_submitted"  # a portfolio
    PORTFOLIO_SIGNED_OFF = "portfolio_signed_off"  # a portfolio
    SIGN_OFF_WITHDRAWN = "sign_off_withdrawn"  # a portfolio
    ITEM_SUBMITTED = "item_submitted"  # an item of evidence; amount: the second, to tell which came last
    ITEM_LEFT = "item_left"  # the same, decided, taken back or redacted
    SUPERVISOR_LICENSED = "supervisor_licensed"  # a licence; amount: how many learners
    SUPERVISOR_ENDED = "supervisor_ended"  # a licence
    OFFERED = "offered"  # a place was offered; amount: days since it was asked for
    DECLINED = "declined"  # declined for want of capacity
    UNPLACED = "unplaced"  # a nomination that got no place
    ATTENDED = "attended"  # a session
    DID_NOT_ATTEND = "did_not_attend"  # a session
    CANCELLED_LATE = "cancelled_late"  # a session
    SESSION_HELD = "session_held"  # a session; amount: its capacity
    SPENT = "spent"  # amount: pence
    BOUGHT = "bought"  # amount: places
    CANCELLED = "cancelled"  # another fact, `cancels_id`, does not hold


class Fact(Record):
    """One thing that happened on `on_day` (Europe/London). `person_id` None: it is about nobody in particular.

    What somebody was (sector, organisation, role, setting) and what the course was (programme, levels, funding) stand
    as they were at the event. `recorded_at` is when we knew: what was known at an instant is what was recorded until
    then. `key` and `edition` name what it was written from, so nothing is written twice. `until`: its last valid day.
    """

    __tablename__ = "fact"
    __table_args__ = (
        UniqueConstraint("key", "edition"),
        CheckConstraint("(kind = 'cancelled') = (cancels_id IS NOT NULL)", name="cancels"),
        Index("ix_fact_person", "person_id", "kind"),
        Index("ix_fact_kind", "kind", "on_day"),
        Index("ix_fact_thing", "thing_id"),
        Index("ix_fact_recorded_at", "recorded_at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
        Index("uq_fact_cancels_id", "cancels_id", unique=True, postgresql_where="cancels_id IS NOT NULL"),
    )
    kind: Mapped[FactKind] = mapped_column(stored(FactKind))
    key: Mapped[str]
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    on_day: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    thing_id: Mapped[UUID | None]
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id"))
    programme_code: Mapped[str | None]
    levels: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    funding: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    sector: Mapped[Sector | None] = mapped_column(stored(Sector))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    organisation_lineage: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), default=list, server_default="{}")
    job_role_code: Mapped[str | None]
    staff_group: Mapped[str | None]
    setting_code: Mapped[str | None]
    language: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="records", server_default="records")
    cancels_id: Mapped[UUID | None] = mapped_column(ForeignKey("fact.id"))


class PendingFact(db.Model):  # type: ignore[name-defined, misc]
    """A fact that the tallies do not hold yet. A trigger puts it here in the transaction of the fact."""

    __tablename__ = "fact_pending"
    __table_args__ = (Index("ix_fact_pending_person_id", "person_id"),)
    fact_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime]


class Tally(db.Model):  # type: ignore[name-defined, misc]
    """Distinct people of one cell of the grid, so kept that any run of months adds up exactly.

    `n` people have something in `month` for the first time, and `again[k]` have something in it and nothing in the k - 1
    months before, but did before those. Both as seen from the end of the month `seen` on; changes to that are further rows,
    so a row holds from `seen` on. People of months a to b, seen at m, are the sum of n + again[month - a + 1] over
    seen <= m and a <= month <= b. Of whom something is so at the end of month m is the sum of n over seen <= m of the rows
    of month 0. Months are numbered from year 0 (`rules.periods.month_number`). See `tallying.py`.

    `place`: a body and all below it (`own`: it alone), or NIL for everybody (`own`: who is in no body). `what`: '' all,
    p: programme, l: framework/level, c: course. `who`: '' all, s: sector, r: staff group, t: setting, w: language.
    """

    __tablename__ = "tally"
    place: Mapped[UUID] = mapped_column(primary_key=True)
    own: Mapped[bool] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    seen: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]
    again: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class EventCount(db.Model):  # type: ignore[name-defined, misc]
    """How often something was so in `month`, over the places and subjects of `Tally`, of everybody or (`who`) a sector.

    attended, did_not_attend, cancelled_late: attendances; places: those of sessions held; offered: places offered after so
    many `days` (0 for everything else). overdue: items of evidence that came to be so, less those that ceased: of the end of
    a month it is the sum over all months until then. See `events.py`.
    """

    __tablename__ = "event_count"
    place: Mapped[UUID] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]


class TallyMark(db.Model):  # type: ignore[name-defined, misc]
    """One row: for which day the tallies hold, when they were last brought up to date, and what their rows mean
    (`tallying.LAYOUT`)."""

    __tablename__ = "tally_mark"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime]
    layout: Mapped[int] = mapped_column(default=1, server_default="1")


class TallyCheck(Record):
    """What a comparison of tallies with facts found: `cells` compared, `different` of them, `missing` facts."""

    __tablename__ = "tally_check"
    at: Mapped[datetime]
    cells: Mapped[int]
    different: Mapped[int]
    missing: Mapped[int]
    milliseconds: Mapped[int]
