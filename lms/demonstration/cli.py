"""Commands of the demonstration: load it once, list its sign-ins, and fill a database for measuring."""

import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import click
from sqlalchemy import func, select

from courses.enrolments.models import Enrolment
from lms.accounts.models import EmailAddress, Person
from lms.core import audit, clock
from lms.core.cli import command
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.demonstration import (
    approvals,
    certificates,
    companions,
    content,
    evaluations,
    histories,
    large,
    people,
    planning,
    records,
    rounds,
    sessions,
    statements,
    stories,
    taught,
)
from lms.demonstration.cast import CAST, PASSWORD
from lms.reporting.facts import gathering, tallying
from lms.reporting.quality import counting as quality

SEED = 1968
CAMHS_LEARNERS = 14


@command("load-demo", commits=False)
def load_demo() -> None:
    """Make the demonstration's people and two years of their histories. Doing it again changes nothing."""
    with transaction():
        if given := content.put_on_offer():
            click.echo(f"A small course of our own, in place of the content that providers hold, for {given} courses.")
    if _is_there():
        click.echo("The demonstration's people are already there.")
        return
    started = time.monotonic()
    today, chance = clock.today() - timedelta(days=1), random.Random(SEED)  # noqa: S311 - the same people every time
    with transaction():
        cast, crowd = people.make_people(chance, today)
        camhs = [member for member in crowd.members if member["setting_code"] == "camhs"]
        histories.write(chance, crowd.members, today, _progress("Histories"))
        chosen = [member["person_id"] for member in camhs[:CAMHS_LEARNERS]]
        stories.tell(cast, chosen, today, _progress("Essential CAMHS"))
        others = [member["person_id"] for member in crowd.members if member["setting_code"] != "camhs"]
        companions.tell(cast, others, today)
        taught.tell(cast, chance.sample([member["person_id"] for member in crowd.members], 120), clock.today())
        sessions.tell(cast["lead"], crowd.members, clock.today())
        certificates.tell(cast, today)
        approvals.tell(cast, crowd.members, today)
        rounds.tell(today)
        records.tell(cast, today)
        health_visitors = [each["person_id"] for each in crowd.members if each["job_role_code"] == "health_visitor"]
        planning.tell(cast, health_visitors, today)
        evaluations.tell(chance, cast["nurse2"], today)
        statements.tell()
        everybody = len(crowd.members) + len(cast)
        gathering.of_everything()
        tallying.rebuild()
        quality.count()
        audit.record(Actor.system(), "demonstration.loaded", people=everybody)
        enrolled = db.session.scalar(select(func.count()).select_from(Enrolment))
    seconds = time.monotonic() - started
    click.echo(f"{everybody} invented people with {enrolled} enrolments, in {seconds:.0f} seconds.")


@command("demo-sign-ins", commits=False)
def demo_sign_ins() -> None:
    """Who can be signed in as, and what there is to see."""
    rows = [(part.kind, part.address, part.look) for part in CAST]
    wide = [max(len(row[n]) for row in rows) for n in range(2)]
    for kind, address, look in rows:
        click.echo(f"{kind:<{wide[0]}}  {address:<{wide[1]}}  {look}")
    click.echo(f"Password of all of them: {PASSWORD}")


@command(
    "load-demo-large",
    click.option("--people", "persons", default=100_000, show_default=True, help="How many people"),
    click.option("--enrolments", default=1_000_000, show_default=True, help="How many enrolments"),
    commits=False,
)
def load_demo_large(persons: int, enrolments: int) -> None:
    """Fill the database for measuring: many people and enrolments, by COPY. Doing it again changes nothing."""
    if large.is_there():
        click.echo("The large demonstration is already there.")
        return
    started = time.monotonic()
    large.load(persons, enrolments, clock.today(), _progress("People"))
    click.echo("Facts, from the records: some minutes for a million enrolments …")
    with transaction():
        click.echo(f"{gathering.of_everything()} facts")
    click.echo("Tallies, from the facts: about as long again …")
    with transaction():
        click.echo(f"{tallying.rebuild()} rows of tallies")
        quality.count()
    large.tidy("fact", "fact_pending", "tally", "event_count")
    click.echo(f"{persons} people and {enrolments} enrolments, in {time.monotonic() - started:.0f} seconds.")


def _is_there() -> bool:
    found = select(Person.id).join(EmailAddress).where(EmailAddress.address == CAST[0].address)
    return db.session.scalar(found) is not None


def _progress(name: str) -> Callable[[int, int], None]:
    """Write how far it is, on one line of a terminal; silent elsewhere."""

    def say(done: int, whole: int) -> None:
        if sys.stderr.isatty():
            filled = 30 * done // max(whole, 1)
            end = "\n" if done >= whole else ""
            sys.stderr.write(f"\r{name:<16} [{'#' * filled}{'.' * (30 - filled)}] {done}/{whole}{end}")
            sys.stderr.flush()

    return say
