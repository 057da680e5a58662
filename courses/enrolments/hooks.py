"""What the catalogue shows of enrolments. It stands below, so it asks through hooks that `lms/app.py` wires."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from courses.catalogue.offered import Offered, on_offer
from courses.enrolments import queries, services, wording
from courses.enrolments.services.standing import Standing
from frameworks.editing.impact import Becoming, Touch
from lms.core.permissions import Actor
from lms.core.web.site import day

Shown = dict[str, Any]


def standing(actor: Actor, version: Offered) -> Shown:
    """What a course's page shows: `{"kind", "text", "label", "url", "reasons", "alternatives", "instead"}`.

    kind: sign_in, open, full, waiting, enrolled, completed or refused.
    """
    if actor.person is None:
        url = url_for("enrolments.enrol", code=version.course.code)
        return _shown("sign_in", _("You will be asked to sign in first."), _("Sign in to enrol"), url)
    return about_standing(services.standing(actor.person, version))


def open_to(actor: Actor, versions: Iterable[Offered]) -> set[str]:
    """Codes of the courses that are open to this person, or that they are on. Six queries at most."""
    if actor.person is None:
        return set()
    versions = list(versions)
    ids = services.open_to(actor.person, versions)
    return {version.course.code for version in versions if version.course_id in ids}


def about_standing(found: Standing) -> Shown:
    code = found.version.course.code
    enrol = url_for("enrolments.enrol", code=code, lang=wording.language())
    if found.kind in ("enrolled", "waiting", "completed") and found.last is not None:
        url = url_for("enrolments.enrolment", enrolment_id=found.last.id, lang=wording.language())
        if found.kind == "completed":
            done = _("You completed this on %(day)s.", day=day(found.last.completed_on))
            return _shown("completed", done, _("See your record of it"), url)
        text = _("You are enrolled.") if found.kind == "enrolled" else _("You are on the waiting list.")
        return _shown(found.kind, text, _("Go to your learning"), url)
    if found.kind == "refused":
        text = _("This is not open to you at the moment.")
        shown = _shown("refused", text, _("See why, and what is open to you"), enrol)
        shown["reasons"] = [vars(each) for each in wording.reasons(found.reasons)]
        shown["alternatives"] = [offer.code for offer in found.alternatives]
        shown["instead"] = wording.instead(found)
        return shown
    if found.kind == "full":
        return _shown("full", _("Every place is taken."), _("Join the waiting list"), enrol)
    if found.best.offer.chosen:
        return _shown("open", _("An organiser chooses who gets a place."), _("Ask for a place"), enrol)
    return _shown("open", _("You can enrol."), _("Enrol on this course"), enrol)


def _shown(kind: str, text: str, label: str, url: str) -> Shown:
    return {
        "kind": kind, "text": text, "label": label, "url": url, "reasons": [], "alternatives": [], "instead": "",
    }  # fmt: skip


def courses_touched(framework: str, statements: Sequence[Becoming]) -> Touch:
    """Courses on offer that say they cover one of those statements, by name, and people who are on one now."""
    codes, people = queries.courses_covering(framework, [each.code for each in statements])
    offered = on_offer()
    return Touch(
        len(codes), people,
        tuple((offered[code].title, url_for("catalogue.course", code=code)) for code in codes if code in offered),
    )  # fmt: skip
