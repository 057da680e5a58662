"""What waits with supervisors, as one list: single items, and whole portfolios for their sign-off."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, case, cast, literal, null, select, union_all
from sqlalchemy.orm import Mapped

from courses.catalogue.models import Course, CourseVersion
from courses.enrolments.models import WAITING_STATES, Enrolment, EnrolmentState
from courses.portfolios.models import (
    EvidenceItem,
    EvidenceState,
    Portfolio,
    PortfolioState,
    PortfolioTemplate,
    SupervisionRule,
    TemplateItem,
)
from courses.supervision.queries import CHARGE
from lms.accounts.models import Person
from lms.core.db import Base
from lms.core.language import Bilingual

_offered, _asked = CourseVersion.__table__.c, TemplateItem.__table__.c


def _waiting(kind: str, *columns: Any) -> Select[Any]:
    """Rows of the queue: `columns` are id, since, position, the item's title in both languages, and who may accept it."""
    id, since, position, title_en, title_cy, supervision = columns
    return (
        select(
            literal(kind).label("kind"), id.label("id"), since.label("since"), position.label("position"),
            title_en.label("title_en"), title_cy.label("title_cy"),
            supervision.label("supervision"), Portfolio.id.label("portfolio_id"),
            Portfolio.learner_id.label("learner_id"), CHARGE.c.supervisor_id.label("supervisor_id"),
            CHARGE.c.from_day.label("from_day"), CHARGE.c.to_day.label("to_day"), CHARGE.c.for_id.label("for_id"),
            Person.display_name.label("learner_name"), Course.code.label("course_code"),
            _offered.title_en.label("course_en"), _offered.title_cy.label("course_cy"),
        )
        .select_from(Portfolio)
        .join(Person, Person.id == Portfolio.learner_id)
        .join(Enrolment, Enrolment.id == Portfolio.enrolment_id)
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .join(Course, Course.id == Enrolment.course_id)
        .join(
            CHARGE,
            (CHARGE.c.learner_id == Portfolio.learner_id) & (CHARGE.c.programme_code == Portfolio.programme_code),
        )
        .where(Enrolment.state.not_in((EnrolmentState.WITHDRAWN, *WAITING_STATES)))
    )  # fmt: skip


_NOTHING = cast(null(), String)
_SUPERVISION = case(
    (TemplateItem.individual_only, literal(str(SupervisionRule.INDIVIDUAL_REQUIRED))),
    else_=cast(PortfolioTemplate.supervision, String),
)
"""How the item may be supervised: an item that is not for groups is not, whatever the template says of the others."""
_rows = union_all(
    _waiting(
        "item", EvidenceItem.id, EvidenceItem.submitted_at, TemplateItem.position,
        _asked.title_en, _asked.title_cy, _SUPERVISION,
    )
    .join(EvidenceItem, EvidenceItem.portfolio_id == Portfolio.id)
    .join(TemplateItem, TemplateItem.id == EvidenceItem.template_item_id)
    .join(PortfolioTemplate, PortfolioTemplate.id == TemplateItem.template_id)
    .where(EvidenceItem.state == EvidenceState.SUBMITTED),
    _waiting("portfolio", Portfolio.id, Portfolio.submitted_at, literal(0), _NOTHING, _NOTHING, _NOTHING).where(
        Portfolio.state == PortfolioState.SUBMITTED
    ),
).subquery("waiting")  # fmt: skip


class Waiting(Base):
    """Read only: something that waits with a supervisor, an item or (`kind` "portfolio") the whole of one."""

    __table__ = _rows
    __mapper_args__ = {"primary_key": [_rows.c.id, _rows.c.supervisor_id]}
    kind: Mapped[str]
    id: Mapped[UUID]
    since: Mapped[datetime]
    position: Mapped[int]
    title_en: Mapped[str | None]
    title_cy: Mapped[str | None]
    supervision: Mapped[str | None]
    portfolio_id: Mapped[UUID]
    learner_id: Mapped[UUID]
    learner_name: Mapped[str]
    course_code: Mapped[str]
    course_en: Mapped[str]
    course_cy: Mapped[str]
    supervisor_id: Mapped[UUID]
    from_day: Mapped[date]
    to_day: Mapped[date | None]
    for_id: Mapped[UUID | None]

    @property
    def title(self) -> Bilingual:
        """What the item was asked as; empty for a whole portfolio."""
        return Bilingual(self.title_en or "", self.title_cy or "")

    @property
    def course(self) -> Bilingual:
        return Bilingual(self.course_en, self.course_cy)
