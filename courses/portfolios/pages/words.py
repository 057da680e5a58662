"""How states, kinds and guidance are said on pages. Everything here is called while a page is made."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from courses.portfolios import rules, signing
from courses.portfolios.identifiers import Finding
from courses.portfolios.models import (
    EvidenceItem,
    EvidenceKind,
    EvidenceState,
    Portfolio,
    PortfolioState,
    ReturnReason,
    SupervisionRule,
    TemplateItem,
)
from lms.accounts.models import Person
from lms.core.errors import Refusal
from lms.core.language import N_, Bilingual
from lms.core.web.site import day, minutes, moment, translated

KINDS = {
    EvidenceKind.TEXT: N_("Text"),
    EvidenceKind.REFLECTION: N_("Reflection"),
    EvidenceKind.FILE: N_("File"),
    EvidenceKind.OBSERVED_PRACTICE: N_("Observed practice"),
    EvidenceKind.ACTIVITY: N_("Activity"),
    EvidenceKind.DEVELOPMENT_TASK: N_("Development task"),
    EvidenceKind.CASE_STUDY: N_("Case study"),
    EvidenceKind.SUPERVISION_HOURS: N_("Supervision hours"),
}


def kind_name(kind: str) -> str:
    return _(KINDS[EvidenceKind(kind)])


GUIDANCE = {
    EvidenceKind.TEXT: N_("Write what you did and why. You can add a file as well."),
    EvidenceKind.REFLECTION: N_("Write what happened, what you made of it, and what you will do differently."),
    EvidenceKind.FILE: N_("Add the file. You can write a few words that explain it."),
    EvidenceKind.OBSERVED_PRACTICE: N_("Write what was observed, and what you were told about it."),
    EvidenceKind.ACTIVITY: N_("Write what you did, with whom, and what came of it. You can add a file or a link."),
    EvidenceKind.DEVELOPMENT_TASK: N_("Write what you set out to change, what you did, and what is different now."),
    EvidenceKind.CASE_STUDY: N_(
        "Write what the situation was, what you considered, what you did and why. Change every detail by which "
        "somebody could be recognised."
    ),
    EvidenceKind.SUPERVISION_HOURS: N_(
        "Write one line for each session: the date, the minutes, and what it was about."
    ),
}


def guidance(kind: str) -> str:
    """What the kind asks for, under the field."""
    return _(GUIDANCE[EvidenceKind(kind)])


GUIDANCE_FOR_SUPERVISORS = {
    EvidenceKind.TEXT: N_("The learner writes what they did and why."),
    EvidenceKind.REFLECTION: N_("The learner reflects: what happened, what they made of it, what they will change."),
    EvidenceKind.FILE: N_("The learner shows a file, with a few words that explain it."),
    EvidenceKind.OBSERVED_PRACTICE: N_("A colleague watched the learner at work, and said what they saw."),
    EvidenceKind.ACTIVITY: N_("The learner tells of something that they did, and what came of it."),
    EvidenceKind.DEVELOPMENT_TASK: N_("The learner set out to change something in their own practice."),
    EvidenceKind.CASE_STUDY: N_("The learner thinks a piece of work through, without anybody being recognisable."),
    EvidenceKind.SUPERVISION_HOURS: N_("The learner lists the sessions of supervision that they had."),
}


def guidance_for_supervisor(kind: str) -> str:
    """What the kind is meant to show, beside the evidence."""
    return _(GUIDANCE_FOR_SUPERVISORS[EvidenceKind(kind)])


def supervisions() -> list[tuple[str, str]]:
    """How a portfolio may be supervised, as choices."""
    return [
        (SupervisionRule.GROUP_OR_INDIVIDUAL, _("In a group or individually")),
        (SupervisionRule.INDIVIDUAL_REQUIRED, _("At least one item individually")),
        (SupervisionRule.PROFESSIONAL, _("By professional supervision, under the profession’s own rules")),
    ]


def title_of(title: Bilingual) -> str:
    """The title of a template, which those that came from a file may lack."""
    return translated(title) if title.en or title.cy else _("No title yet")


def what_it_asks(asked: TemplateItem) -> str:
    """Kind, and whatever is special about it, in one line."""
    parts = [kind_name(asked.kind)]
    if asked.minutes:
        parts.append(minutes(asked.minutes))
    if asked.optional:
        parts.append(_("optional"))
    if asked.individual_only:
        parts.append(_("not in a group"))
    if asked.observer_signs:
        parts.append(_("signed by the observer"))
    return " · ".join(parts)


STATES = {
    EvidenceState.DRAFT: (N_("Draft"), "grey"),
    EvidenceState.SUBMITTED: (N_("With the supervisor"), "blue"),
    EvidenceState.RETURNED: (N_("Returned, with comments"), "orange"),
    EvidenceState.ACCEPTED: (N_("Accepted"), "green"),
    EvidenceState.REDACTED: (N_("Redacted"), "red"),
}


def state_tag(item: EvidenceItem) -> tuple[str, str]:
    """The state in words, and the colour of its tag."""
    if item.state is EvidenceState.DRAFT and item.edition == 1:
        return _("Not started"), "white"
    text, colour = STATES[item.state]
    return _(text), colour


def state_name(state: str) -> str:
    """The state alone, for what is printed."""
    return _(STATES[EvidenceState(state)][0])


def whole_tag(portfolio: Portfolio, moderated: object = None) -> tuple[str, str]:
    """The state in words, and its colour. `moderated`: a moderator has looked again and agrees with the signature."""
    if moderated is not None and portfolio.state is PortfolioState.SIGNED_OFF:
        return _("Signed off and moderated"), "aqua-green"
    return {
        PortfolioState.IN_PROGRESS: (_("In progress"), "blue"),
        PortfolioState.SUBMITTED: (_("Waiting for sign-off"), "purple"),
        PortfolioState.SIGNED_OFF: (_("Signed off"), "green"),
    }[portfolio.state]


def who_has_it(item: EvidenceItem, supervisor: Person | None) -> str:
    """Who has the item, and since when."""
    last = item.decisions[-1] if item.decisions else None
    if item.state is EvidenceState.SUBMITTED:
        who = supervisor.display_name if supervisor else _("whoever becomes your supervisor")
        return _("Waiting with %(who)s since %(since)s", who=who, since=day(item.submitted_at))
    if item.state is EvidenceState.REDACTED:
        return _("With you. What it said was removed; write it anew.")
    if item.state is EvidenceState.DRAFT:
        return _("With you, saved on %(when)s", when=day(item.saved_at)) if item.edition > 1 else _("With you")
    if last is None:
        return ""
    if item.state is EvidenceState.RETURNED:
        return _("With you, returned by %(who)s on %(when)s", who=last.decided_by.display_name, when=day(last.at))
    return _("Accepted by %(who)s on %(when)s", who=last.decided_by.display_name, when=day(last.at))


def where_it_is(item: EvidenceItem) -> str:
    """Who has the item, as its supervisor reads it."""
    last = item.decisions[-1] if item.decisions else None
    if item.state is EvidenceState.ACCEPTED and last is not None:
        return _("Accepted by %(who)s on %(when)s", who=last.decided_by.display_name, when=day(last.at))
    if item.state is EvidenceState.RETURNED and last is not None:
        who = last.decided_by.display_name
        return _("With the learner, returned by %(who)s on %(when)s", who=who, when=day(last.at))
    return _("With the learner")


def return_reasons() -> list[tuple[str, str]]:
    """Why an item can go back, for a form."""
    return [(str(each), reason_name(each)) for each in ReturnReason]


def reason_name(reason: str) -> str:
    return {
        ReturnReason.MORE_NEEDED: _("More is needed"),
        ReturnReason.NOT_WHAT_WAS_ASKED: _("It is not what was asked for"),
        ReturnReason.IDENTIFIABLE: _("It contains identifiable details"),
        ReturnReason.NOT_OWN_WORK: _("It does not seem to be the learner’s own work"),
        ReturnReason.OTHER: _("Another reason"),
    }[ReturnReason(reason)]


def finding_name(finding: Finding) -> str:
    return {
        "nhs_number": _("looks like an NHS number"),
        "date": _("looks like a date of birth, or a date that points to somebody"),
        "name": _("looks like somebody’s name"),
        "postcode": _("looks like a postcode"),
        "phone": _("looks like a telephone number"),
        "address": _("looks like an e-mail address"),
    }[finding.kind]


def missing(refusal: Refusal) -> list[str]:
    return [_(text) for text in refusal.fields.values()]


def declaration() -> str:
    """What a supervisor signs. Kept with the signature in the language in which it was read."""
    return _(
        "I have read every item of this portfolio, I am satisfied that it is the learner’s own work and meets what the "
        "template asks, and I sign it off under my licence."
    )


def tasks(portfolio: Portfolio, supervisor: Person | None, url: Callable[[int], str]) -> list[dict[str, Any]]:
    """The items as a task list. `url` makes the address of a position."""
    return [_task(item, supervisor, url) for item in signing.in_order(portfolio)]


def _task(item: EvidenceItem, supervisor: Person | None, url: Callable[[int], str]) -> dict[str, Any]:
    asked, (status, colour) = item.template_item, state_tag(item)
    return {
        "title": translated(asked.title), "url": url(asked.position), "status": status, "colour": colour,
        "hint": f"{what_it_asks(asked)} · {who_has_it(item, supervisor)}",
    }  # fmt: skip


def accepted_words(portfolio: Portfolio) -> str:
    done = sum(item.state is EvidenceState.ACCEPTED for item in portfolio.items)
    return ngettext(
        "%(done)s of %(num)d item accepted", "%(done)s of %(num)d items accepted", len(portfolio.items), done=done
    )


def changes(item: EvidenceItem) -> list[rules.Change] | None:
    """What became of the text since the last decision; None where there is nothing to compare."""
    last = item.decisions[-1] if item.decisions else None
    if last is None or item.state is not EvidenceState.SUBMITTED or last.content["body"] == item.body:
        return None
    return rules.changes(last.content["body"], item.body)


def also_changed(item: EvidenceItem) -> list[str]:
    """The other things that are not as they were at the last decision."""
    if not item.decisions or item.state is not EvidenceState.SUBMITTED:
        return []
    before, now = item.decisions[-1].content, signing.item_content(item)
    named = {
        "file": _("The file is another one"),
        "links": _("The links were changed"),
        "observer": _("The observer was changed"),
        "observed_on": _("The date of the observation was changed"),
        "observation": _("The observer’s signature is another one"),
        "statements": _("The statements of the framework were changed"),
    }
    return [text for name, text in named.items() if name in before and before[name] != now[name]]


def say_identifiable(language: str) -> str:
    """A comment for whoever wrote so that somebody can be recognised, in their language."""
    with force_locale("cy" if language == "cy" else "en_GB"):
        return _(
            "Somebody could be recognised in this. Please take out names, dates of birth, addresses and anything else "
            "that points to one person, and send it again."
        )


def both(text: dict[str, str]) -> Bilingual:
    """A title out of signed content."""
    return Bilingual(text["en"], text["cy"])


def size(count: int) -> str:
    """Bytes, as people say it."""
    if count < 1_000_000:
        return _("%(count)s KB", count=max(1, round(count / 1000)))
    return _("%(count)s MB", count=f"{count / 1_000_000:.1f}".removesuffix(".0"))


def lines(text: str) -> Markup:
    """Text with its line breaks, escaped."""
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def iso_day(text: str) -> str:
    """A date out of signed content."""
    return day(date.fromisoformat(text))


def iso_moment(text: str) -> str:
    """An instant out of signed content."""
    return moment(datetime.fromisoformat(text))
