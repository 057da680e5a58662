"""What the states and kinds of packages are called."""

from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import gettext as _

from courses.launch.formats.structure import Format, MoveOn, title_in
from lms.core.language import N_

FORMATS = {
    Format.CMI5: N_("cmi5"),
    Format.SCORM_12: N_("SCORM 1.2"),
    Format.SCORM_2004: N_("SCORM 2004"),
    Format.XAPI: N_("xAPI (tincan.xml)"),
    Format.H5P: N_("H5P"),
    Format.VIDEO: N_("Video"),
    Format.DOCUMENT: N_("PDF document"),
    Format.LINK: N_("Page elsewhere"),
}
LANGUAGE_NAMES = {"en": N_("English"), "cy": N_("Welsh")}
MOVE_ON = {
    MoveOn.NOT_APPLICABLE: N_("At once, whatever the learner does"),
    MoveOn.PASSED: N_("When it is passed"),
    MoveOn.COMPLETED: N_("When it is completed"),
    MoveOn.COMPLETED_AND_PASSED: N_("When it is completed and passed"),
    MoveOn.COMPLETED_OR_PASSED: N_("When it is completed or passed"),
}


def sentence(finding: Mapping[str, Any]) -> str:
    """A finding as it is kept, in the reader's language."""
    text = finding["message"]
    return _(text, **finding["params"])


def title_of(texts: Mapping[str, str]) -> str:
    """A title in the reader's language, or else in the one there is."""
    return title_in(texts, str(g.get("lang") or "en"))[0]
