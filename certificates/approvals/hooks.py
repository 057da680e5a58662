"""What conditions of courses ask of approvals, which they do not know: it hangs in `lms/app.py`."""

from datetime import date
from uuid import UUID

from certificates.approvals import functions, queries
from certificates.approvals.rules import State
from certificates.approvals.views import state_on
from lms.core.db import db


def statutory_functions(person_id: UUID, day: date) -> frozenset[str]:
    """`statutory_function:CODE` of every function for which the person is approved here and may act on that day."""
    known = functions.functions(day)
    held = set()
    for each in db.session.scalars(queries.of_person(person_id)).unique():
        if state_on(each, day) is State.IN_FORCE:
            also = functions.gives(known[each.function], each.profession) if each.function in known else ()
            held |= {each.function, *also}
    return frozenset(f"statutory_function:{code}" for code in held)
