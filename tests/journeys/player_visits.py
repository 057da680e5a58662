"""Where the player's pages are visited."""

from courses.launch.formats.structure import Format, MoveOn
from courses.launch.packages.queries import units as launchable
from courses.launch.player.services import start
from lms.accounts.models import Person
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.factories.content import block, make_files, make_registration, unit
from tests.journeys.content.packages import SCO_12
from tests.journeys.visiting import Visit, demo


def on_package(endpoint: str = "") -> Visit:
    """A learner on a package of several parts, one of them open."""
    learner = db.session.get_one(Person, demo("nurse"))
    quiz = unit("quiz", "sco.html", move_on=MoveOn.COMPLETED_AND_PASSED)
    paper = unit("paper", "document.pdf", more={"completion": {"rule": "read"}})
    files = {"sco.html": SCO_12, "document.pdf": b"%PDF-1.4 %%EOF"}
    package = make_files(None, (quiz, block("more", unit("two", "sco.html"), paper)), files, format=Format.SCORM_12)
    registration = make_registration(package, learner)
    with transaction():
        started = start(Actor(person=learner.id), registration.enrolment_id, launchable(package.id)[0].id)
        session = started.session.id
    given = {"enrolment_id": registration.enrolment_id}
    return Visit(given | ({"session_id": session} if endpoint == "player.play" else {}), learner.id)
