"""All of it, or nothing: people with what they did, a batch at a time."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select, text

from lms.accounts.models import EmailAddress
from lms.core.db import db, transaction
from lms.demonstration.large import enrolments, people, taught
from lms.demonstration.large.evaluation import Answers
from lms.demonstration.large.sheets import TABLES, Days, Seeded, Sheets

BATCH = 1_000
"""People of whom everything is remembered until it is written."""
Say = Callable[[int, int], None]


def is_there() -> bool:
    first = f"p0@{people.DOMAIN}"
    return db.session.scalar(select(EmailAddress.id).where(EmailAddress.address == first)) is not None


def load(persons: int, number: int, today: date, say: Say) -> None:
    """One transaction: all of it or nothing. At least one course for every enrolment of a person.

    `number`: of enrolments. `say` hears how many people are done, of how many.
    """
    with transaction():
        chance, days, courses, places = Seeded(), Days(today), enrolments.offered(), people.bodies()
        each, rest = divmod(number, persons)
        if each + bool(rest) > len(courses):
            raise ValueError("There are fewer courses than enrolments for one person")
        sheets = Sheets(db.session.connection().connection.driver_connection)  # type: ignore[arg-type]
        dates = taught.Dates(chance, sheets, days, taught.hosts(places), number // len(courses))
        answers = Answers(chance, sheets, days)
        for n, learner in enumerate(people.write(chance, sheets, days, places, persons)):
            dates.meet(learner)
            start = chance.below(len(courses))
            for k in range(each + (n < rest)):
                course = courses[(start + k) % len(courses)]
                it = dates.tell(learner, course) or enrolments.alone(chance, sheets, days, learner, course)
                enrolments.write(chance, sheets, days, learner, course, it)
                answers.ask(learner, course, it)
            if n % BATCH == BATCH - 1:
                sheets.copy()
                say(n, persons)
        answers.count()
        say(persons, persons)
    tidy(*TABLES.keys() - {"evaluation_said"}, "evaluation_tally", "evaluation_sum", "evaluation_asked")


def tidy(*tables: str) -> None:
    """What autovacuum would do to them in its time, now: so much was written at once."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.execute(text(f"VACUUM ANALYZE {table}"))
