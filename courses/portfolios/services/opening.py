"""A portfolio opens by itself when somebody enrols on a course that asks for one."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from courses.enrolments.models import Enrolment
from courses.portfolios.events import PortfolioOpened
from courses.portfolios.models import EvidenceItem, EvidenceState, Portfolio, PortfolioState
from courses.portfolios.queries import newest_template
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse
from lms.core.ids import new_id
from lms.core.permissions import Actor


def open_portfolio(actor: Actor, enrolment_id: UUID) -> UUID | None:
    """Open the portfolio of an enrolment, once; its id, or None where there is one already or none is asked for.

    A course outside a programme has none: it is the programme whose licence signs. Raises LookupError when the course
    names a template that was never loaded.
    """
    enrolment = get_or_refuse(Enrolment, enrolment_id)
    code, programme = enrolment.version.portfolio_template_code, enrolment.course.programme_code
    if code is None or programme is None:
        return None
    template = newest_template(code)
    if template is None:
        raise LookupError(f"{enrolment.course.code} asks for the portfolio {code}, and there is no such template")
    portfolio_id: UUID | None = db.session.scalar(
        insert(Portfolio)
        .values(
            id=new_id(), enrolment_id=enrolment.id, learner_id=enrolment.learner_id, programme_code=programme,
            template_id=template.id, state=PortfolioState.IN_PROGRESS, version=1,
        )
        .on_conflict_do_nothing(index_elements=["enrolment_id"])
        .returning(Portfolio.id)
    )  # fmt: skip
    if portfolio_id is None:
        return None
    for asked in template.items:
        db.session.add(
            EvidenceItem(
                portfolio_id=portfolio_id, template_item_id=asked.id, state=EvidenceState.DRAFT, saved_at=clock.now()
            )
        )
    db.session.flush()  # whoever opened it may go on to write in it
    audit.record(
        actor, "portfolio.opened", about=enrolment.learner_id, enrolment=str(enrolment.id), portfolio=str(portfolio_id),
        template=f"{template.code}/{template.number}",
    )  # fmt: skip
    events.publish(PortfolioOpened(portfolio_id=portfolio_id, enrolment_id=enrolment_id))
    return portfolio_id
