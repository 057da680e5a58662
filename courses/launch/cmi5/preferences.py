"""The preferences that content reads of its learner (cmi5 §11): from their language here, until they tell others."""

from contextlib import suppress

import orjson

from courses.launch.cmi5.rules import documents as rules
from courses.launch.cmi5.rules import words
from lms.accounts.models import Person
from lms.core.language import LANGUAGES
from lms.xapi import queries
from lms.xapi.errors import Overtaken
from lms.xapi.identity import agent_of
from lms.xapi.keeping import documents
from lms.xapi.keeping.documents import Seen
from lms.xapi.models import TENANT
from lms.xapi.places import Place
from lms.xapi.rules.documents import Kind
from lms.xapi.rules.versions import Version


def ensure(learner: Person, language: str) -> None:
    """Say that they prefer the language that they take this course in, unless they or content have said otherwise."""
    place = Place(TENANT, Kind.AGENT_PROFILE, words.PREFERENCES, agent=agent_of(learner.id))
    wanted, found = orjson.dumps(rules.preferences(language)), queries.document(place)
    ours = {orjson.dumps(rules.preferences(each)) for each in LANGUAGES}
    if found is None:
        seen = Seen(None, "*", Version.ONE)
    elif bytes(found.body) in ours - {wanted}:
        seen = Seen(found.etag, None, Version.ONE)
    else:
        return
    with suppress(Overtaken):  # somebody has written them meanwhile
        documents.put(place, wanted, "application/json", seen)
