"""Demand and capacity over JSON."""

from typing import Any

from courses.portfolios.demand import queries
from courses.portfolios.demand.schemas import DemandOut, DemandQuery
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api

api = Api("supervision_demand", __name__, description="Demand for supervision, and capacity to give it")


@api.operation(
    "GET", "/supervision-demand", needs=Permission.SUPERVISION_DEMAND, query=DemandQuery, returns=(200, DemandOut)
)
def demand(actor: Actor, programme: str, by: str) -> dict[str, Any]:
    """Open portfolios, what waits, and capacity, of one programme, where one organises."""
    return {"programme": programme, "by": by, "items": queries.needs(actor, programme, by)}
