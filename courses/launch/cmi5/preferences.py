"""The preferences that content reads of its learner (cmi5 §11): from their language here, until they tell others."""

from contextlib import suppress

import orjson

from courses.launch.cmi5.rules import documents as rules
from courses.launch.cmi5.rules import words
from lms.accounts.models import Person
from lms.xapi import queries
from lms.xapi.errors import Overtaken
from lms.xapi.identity import agent_of
from lms.xapi.keeping import documents
from lms.xapi.keeping.documents import Seen
from lms.xapi.models import TENANT
from lms.xapi.places import Place
from lms.xapi.rules.documents import Kind
from lms.xapi.rules.versions import Version


def ensure(learner: Person) -> None:
    """Write those of somebody who has none."""
    place = Place(TENANT, Kind.AGENT_PROFILE, words.PREFERENCES, agent=agent_of(learner.id))
    if queries.document(place) is None:
        with suppress(Overtaken):  # somebody has written them meanwhile
            documents.put(
                place,
                orjson.dumps(rules.preferences(learner.language)),
                "application/json",
                Seen(None, "*", Version.ONE),
            )
