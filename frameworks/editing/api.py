"""JSON routes of frameworks in the making. What somebody may not read is not found.

A change of a part carries If-Match with the part's edition, which is its ETag (RFC 9110 §13.1.1).
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import request
from marshmallow import Schema
from werkzeug.exceptions import PreconditionFailed, PreconditionRequired

from frameworks import queries as frameworks
from frameworks.editing import errors, impact, queries, schemas, services
from frameworks.editing.models import Part, Participant
from frameworks.models import Confidence, Crosswalk, CrosswalkKind, FrameworkVersion, MappingKind
from frameworks.rules.differing import changes
from lms.accounts import queries as accounts
from lms.core import clock
from lms.core.db import db
from lms.core.errors import StaleEdit
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api, ProblemOut
from lms.core.web.paging import Page, PageQuery, page_of, page_schema

api = Api(
    "framework_drafts", __name__, description="Frameworks in the making: draft, consult, review, sign, publish, retire"
)

READ, EDIT, PUBLISH = Permission.FRAMEWORK_DISCUSS, Permission.FRAMEWORK_EDIT, Permission.FRAMEWORK_PUBLISH
DRAFT = "/frameworks/<code>/drafts/<int:number>"
OF_PART = "/frameworks/<framework>/drafts/<int:number>"
"""The same where the body has a code of its own."""
Answer = Any


def versioned(view: Callable[..., Any]) -> Callable[..., Any]:
    """The operation wants If-Match: say so in the document."""
    for status, why in ((428, "no If-Match"), (412, "changed since that edition")):
        view = api.alt_response(
            status, schema=ProblemOut, description=why, content_type="application/problem+json", success=False
        )(view)
    header = {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
    documented: Callable[..., Any] = api.doc(parameters=[header])(view)
    return documented


def expected_edition() -> int:
    """The edition in If-Match. `*` is no promise to have seen anything, so it does not count."""
    tag = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not tag.isdecimal() or len(tag) > 9:
        raise PreconditionRequired()
    return int(tag)


def _tagged(found: Any, status: int = 200) -> Answer:
    db.session.flush()  # what is shown has its ids
    return found, status, {"ETag": f'"{found.edition}"'}


def _id(actor: Actor, code: str, number: int) -> UUID:
    return queries.visible(actor, code, number)[0].id


@api.operation(
    "GET", "/framework-drafts", needs=READ, query=PageQuery, returns=(200, page_schema(schemas.DraftBriefOut))
)
def drafts(actor: Actor, cursor: str | None, size: int) -> Page[FrameworkVersion]:
    """The versions in the making that one may read, those longest unchanged first."""
    found = queries.in_the_making(actor).order_by(None)
    return page_of(found, cursor, size, key=(FrameworkVersion.changed_at, FrameworkVersion.id))


@api.operation(
    "POST", "/frameworks", needs=EDIT, body=schemas.NewFrameworkIn, returns=(201, schemas.DraftBriefOut),
    raises=(errors.FrameworkCodeTaken,),
)  # fmt: skip
def begin(actor: Actor, code: str, organisation: str, **texts: Any) -> Answer:
    """A new framework with an empty draft."""
    return _tagged(services.begin(actor, code, accounts.body(organisation).id, **texts), 201)


@api.operation(
    "POST", "/frameworks/<code>/drafts", needs=EDIT, returns=(201, schemas.DraftBriefOut), raises=(errors.InTheMaking,)
)
def revise(actor: Actor, code: str) -> Answer:
    """Begin the next version of a framework in force, as a draft that says the same."""
    return _tagged(services.revise(actor, code), 201)


@api.operation("GET", DRAFT, needs=READ, returns=(200, schemas.DraftOut))
def draft(actor: Actor, code: str, number: int) -> Answer:
    """A version in any state with everything in it, what it lacks, and whose signature it needs."""
    version, _may = queries.visible(actor, code, number, whole=True)
    digest, missing = queries.standing(version)
    shown = {name: getattr(version, name) for name in schemas.DraftOut().fields if hasattr(version, name)}
    shown |= {
        "framework": version.framework, "number": version.number, "content_digest": digest, "lacking": missing.lacks,
        "unsigned": missing.unsigned,
    }  # fmt: skip
    return shown, 200, {"ETag": f'"{version.edition}"'}


@api.operation(
    "PATCH", DRAFT, needs=READ, body=schemas.FrameworkTextsIn, returns=(200, schemas.DraftBriefOut),
    raises=(errors.StandsStill,),
)  # fmt: skip
@versioned
def edit_texts(actor: Actor, code: str, number: int, **texts: Bilingual) -> Answer:
    """Say what a version is called, and what is to be said about it."""
    return _unless_stale(lambda edition: services.edit_texts(actor, _id(actor, code, number), edition, **texts))


def _unless_stale(change: Callable[[int], Any]) -> Answer:
    try:
        return _tagged(change(expected_edition()))
    except errors.ContentChanged:
        raise
    except StaleEdit as stale:
        raise PreconditionFailed() from stale


PARTS: dict[str, tuple[str, type[Schema], type[Schema]]] = {
    "levels": ("level", schemas.FrameworkLevelIn, schemas.DraftLevelOut),
    "domains": ("domain", schemas.FrameworkDomainIn, schemas.DraftDomainOut),
    "statements": ("statement", schemas.FrameworkStatementIn, schemas.DraftStatementOut),
    "requirements": ("requirement", schemas.FrameworkRequirementIn, schemas.DraftRequirementOut),
}
CHANGING = (errors.StandsStill, errors.FrameworkCodeTaken)


def _declare(kind: str, name: str, taken: type[Schema], given: type[Schema]) -> None:
    """The operations of one kind of part: they differ in shape alone."""

    def add(actor: Actor, framework: str, number: int, **values: Any) -> Answer:
        return _tagged(services.put(actor, _id(actor, framework, number), kind, values), 201)

    def change(actor: Actor, framework: str, number: int, part_id: UUID, **values: Any) -> Answer:
        version_id = _id(actor, framework, number)
        return _unless_stale(
            lambda edition: services.put(actor, version_id, kind, values, part_id=part_id, edition=edition)
        )

    def take_out(actor: Actor, framework: str, number: int, part_id: UUID) -> Answer:
        try:
            services.remove(actor, _id(actor, framework, number), kind, part_id, expected_edition())
        except StaleEdit as stale:
            raise PreconditionFailed() from stale
        return "", 204

    for view, verb, text in (
        (add, "add", f"Write a new {name} in a draft."),
        (change, "change", f"Change a {name} of a draft."),
        (take_out, "remove", f"Take a {name} out of a draft."),
    ):
        view.__name__, view.__doc__ = f"{verb}_{name}", text
    one = f"{OF_PART}/{kind}/<uuid:part_id>"
    api.operation("POST", f"{OF_PART}/{kind}", needs=READ, body=taken, returns=(201, given), raises=CHANGING)(add)
    api.operation("PUT", one, needs=READ, body=taken, returns=(200, given), raises=CHANGING)(versioned(change))
    api.operation("DELETE", one, needs=READ, returns=(204, None), raises=(errors.StandsStill, errors.InUse))(
        versioned(take_out)
    )


for _kind, (_name, _taken, _given) in PARTS.items():
    _declare(_kind, _name, _taken, _given)


@api.operation(
    "POST", f"{DRAFT}/<any(domains,statements,requirements):kind>/<uuid:part_id>/moves", needs=READ, body=schemas.MoveIn,
    returns=(204, None), raises=(errors.StandsStill,),
)  # fmt: skip
def move(actor: Actor, code: str, number: int, kind: str, part_id: UUID, steps: int) -> Answer:
    """Move a part among its neighbours."""
    services.move(actor, _id(actor, code, number), kind, part_id, steps)
    return "", 204


@api.operation("GET", f"{DRAFT}/people", needs=READ, returns=(200, schemas.ParticipantsOut))
def people(actor: Actor, code: str, number: int) -> Answer:
    """Who takes part, and as what."""
    return {"items": queries.participants(_id(actor, code, number))}


@api.operation(
    "POST", f"{DRAFT}/people", needs=EDIT, body=schemas.AskIn, returns=(201, schemas.ParticipantOut),
    raises=(errors.PersonNotFound, errors.NotPossible),
)  # fmt: skip
def ask(actor: Actor, code: str, number: int, email: str, part: Part) -> Participant:
    """Ask somebody to comment, edit, review, or sign."""
    return services.ask(actor, _id(actor, code, number), email, part)


@api.operation(
    "DELETE", f"{DRAFT}/people/<uuid:participant_id>", needs=EDIT, returns=(204, None), raises=(errors.NotPossible,)
)
def end_part(actor: Actor, code: str, number: int, participant_id: UUID) -> Answer:
    """Somebody takes part no longer."""
    services.end_part(actor, _id(actor, code, number), participant_id)
    return "", 204


@api.operation("GET", f"{DRAFT}/comments", needs=READ, returns=(200, schemas.FrameworkThreadsOut))
def comments(actor: Actor, code: str, number: int) -> Answer:
    """Every comment on a version: each thread's first, then its answers; open threads first."""
    version, may = queries.visible(actor, code, number)
    threads = queries.threads(version.id) if may.comment or may.manage or may.publish else []
    return {"items": [each for thread in threads for each in (thread.first, *thread.answers)]}


@api.operation(
    "POST", f"{DRAFT}/comments", needs=READ, body=schemas.FrameworkCommentIn, returns=(201, schemas.FrameworkCommentOut)
)
def comment(actor: Actor, code: str, number: int, body: str, **about: UUID | None) -> Answer:
    """Say something about a version, a statement or a domain, or answer in a thread."""
    return services.comment(actor, _id(actor, code, number), body, **about)


@api.operation(
    "PUT", f"{DRAFT}/comments/<uuid:thread_id>/resolution", needs=READ, returns=(200, schemas.FrameworkCommentOut)
)
def resolve(actor: Actor, code: str, number: int, thread_id: UUID) -> Answer:
    """Say that a thread is dealt with."""
    return services.resolve(actor, _id(actor, code, number), thread_id)


@api.operation(
    "DELETE", f"{DRAFT}/comments/<uuid:thread_id>/resolution", needs=READ, returns=(200, schemas.FrameworkCommentOut)
)
def reopen(actor: Actor, code: str, number: int, thread_id: UUID) -> Answer:
    """Say that a thread is not dealt with after all."""
    return services.reopen(actor, _id(actor, code, number), thread_id)


@api.operation(
    "POST", f"{DRAFT}/consultation", needs=EDIT, returns=(200, schemas.DraftBriefOut), raises=(errors.NotPossible,)
)
def consult(actor: Actor, code: str, number: int) -> Answer:
    """Open a draft to everyone who is signed in, to read and to comment."""
    return _tagged(services.consult(actor, _id(actor, code, number)))


@api.operation(
    "POST", f"{DRAFT}/reviews", needs=EDIT, returns=(200, schemas.DraftBriefOut), raises=(errors.NotPossible,)
)
def submit(actor: Actor, code: str, number: int) -> Answer:
    """Send a version to its reviewers; from here it stands still."""
    return _tagged(services.submit(actor, _id(actor, code, number)))


@api.operation(
    "POST", f"{DRAFT}/returns", needs=EDIT, body=schemas.FrameworkReasonIn, returns=(200, schemas.DraftBriefOut),
    raises=(errors.NotPossible,),
)  # fmt: skip
def return_to_draft(actor: Actor, code: str, number: int, reason: str) -> Answer:
    """Take a version out of consultation or review, saying why."""
    return _tagged(services.return_to_draft(actor, _id(actor, code, number), reason))


@api.operation(
    "POST", f"{DRAFT}/sign-offs", needs=READ, body=schemas.FrameworkSignOffIn,
    returns=(201, schemas.FrameworkSignOffOut), raises=(errors.NotAsked, errors.ContentChanged),
)  # fmt: skip
def sign(actor: Actor, code: str, number: int, digest: str, agreed: bool, comment: str) -> Answer:
    """A reviewer's word on exactly the content that the digest is of."""
    return services.sign(actor, _id(actor, code, number), digest, agreed, comment)


@api.operation(
    "POST", f"{DRAFT}/publication", needs=PUBLISH, returns=(200, schemas.DraftBriefOut),
    raises=(errors.NotPossible, errors.NotReady),
)  # fmt: skip
def publish(actor: Actor, code: str, number: int) -> Answer:
    """Put a version in force in place of the one before. All texts and signatures must be there."""
    return _tagged(services.publish(actor, _id(actor, code, number)))


@api.operation(
    "POST", f"{DRAFT}/retirement", needs=PUBLISH, body=schemas.FrameworkReasonIn, returns=(200, schemas.DraftBriefOut),
    raises=(errors.NotPossible,),
)  # fmt: skip
def retire(actor: Actor, code: str, number: int, reason: str) -> Answer:
    """Take a version out of force without a successor."""
    return _tagged(services.retire(actor, _id(actor, code, number), reason))


@api.operation("GET", f"{DRAFT}/mapping", needs=READ, returns=(200, schemas.MappingsOut))
def mapping(actor: Actor, code: str, number: int) -> Answer:
    """What every statement of the version before has become: as decided, else as proposed."""
    version, _may = queries.visible(actor, code, number, whole=True)
    return {"items": queries.links_of(version, frameworks.version_before(version))}


@api.operation(
    "PUT", f"{DRAFT}/mapping/<uuid:old_id>", needs=READ, body=schemas.MappingIn, returns=(200, schemas.MappingsOut),
    raises=(errors.StandsStill,),
)  # fmt: skip
def decide_mapping(actor: Actor, code: str, number: int, old_id: UUID, successors: list[dict[str, Any]]) -> Answer:
    """Decide what the ratings of an old statement are worth under which new ones."""
    said: list[tuple[UUID, MappingKind]] = [(each["statement_id"], each["kind"]) for each in successors]
    made = services.decide_mapping(actor, _id(actor, code, number), old_id, said)
    return {"items": [{"old": each.from_id, "new": each.to_id, "kind": each.kind.value} for each in made]}


@api.operation("GET", f"{DRAFT}/changes", needs=Permission.FRAMEWORK_READ, returns=(200, schemas.ChangesOut))
def changed(actor: Actor, code: str, number: int) -> Answer:
    """What has changed in the statements since the version before: added, reworded, moved, level changed, removed."""
    version, _may = queries.visible(actor, code, number, whole=True)
    before = frameworks.version_before(version)
    found = (
        changes(frameworks.content_of(before).statements, frameworks.content_of(version).statements) if before else []
    )
    return {
        "version": version.number,
        "before": before.number if before else None,
        "items": [
            {
                "kinds": sorted(kind.value for kind in each.kinds),
                "old_code": each.old.code if each.old else None, "new_code": each.new.code if each.new else None,
                "old": each.old.wording if each.old else None, "new": each.new.wording if each.new else None,
            }
            for each in found
        ],
    }  # fmt: skip


@api.operation("GET", f"{DRAFT}/impact", needs=EDIT, returns=(200, schemas.ImpactOut))
def impact_of(actor: Actor, code: str, number: int) -> Answer:
    """How many roles, courses, plans and confirmed ratings publishing would touch, and how many people."""
    version, may = queries.visible(actor, code, number, whole=True)
    if not may.manage:
        actor.require(EDIT)
    found = impact.impact_of(version, clock.today())
    if found is None:
        return {"items": []}
    roles = {
        "what": "roles",
        "things": len(found.roles),
        "people": sum(each.people for each in found.roles),
        "named": [],
    }
    return {
        "items": [roles]
        + [
            {"what": what, "things": it.things, "people": it.people, "named": [title for title, _url in it.named]}
            for what, it in found.touched.items()
        ]
    }


@api.operation(
    "GET", "/frameworks/<code>/crosswalks", needs=Permission.FRAMEWORK_READ, query=PageQuery,
    returns=(200, page_schema(schemas.CrosswalkOut)),
)  # fmt: skip
def crosswalks(actor: Actor, code: str, cursor: str | None, size: int) -> Answer:
    """How the framework is related to others, and others to it."""
    found = frameworks.crosswalks_of(frameworks.framework_called(code).id).order_by(None)
    return page_of(found, cursor, size, key=(Crosswalk.id,))


@api.operation(
    "POST", "/frameworks/<code>/crosswalks", needs=EDIT, body=schemas.CrosswalkIn, returns=(201, schemas.CrosswalkOut)
)
def add_crosswalk(
    actor: Actor, code: str, from_identifier: UUID, to_identifier: UUID, kind: CrosswalkKind, confidence: Confidence,
    note: Bilingual,
) -> Answer:  # fmt: skip
    """Say how a published statement or domain is related to one of another framework."""
    return services.add_crosswalk(actor, code, from_identifier, to_identifier, kind, confidence, note)


@api.operation("DELETE", "/frameworks/<code>/crosswalks/<uuid:crosswalk_id>", needs=EDIT, returns=(204, None))
def end_crosswalk(actor: Actor, code: str, crosswalk_id: UUID) -> Answer:
    """A crosswalk holds no longer."""
    services.end_crosswalk(actor, code, crosswalk_id)
    return "", 204
