"""How states, kinds and guidance are said on pages. Everything here is called while a page is made."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from courses.portfolios import rules, signing
from courses.portfolios.identifiers import Finding
from courses.portfolios.models import EvidenceItem, EvidenceKind, EvidenceState, Portfolio, PortfolioState, ReturnReason
from lms.accounts.models import Person
from lms.core.errors import Refusal
from lms.core.language import Bilingual
from lms.core.web.site import day, moment, translated


def kind_name(kind: str) -> str:
    return {
        EvidenceKind.TEXT: _("Text"),
        EvidenceKind.REFLECTION: _("Reflection"),
        EvidenceKind.FILE: _("File"),
        EvidenceKind.OBSERVED_PRACTICE: _("Observed practice"),
    }[EvidenceKind(kind)]


def guidance(kind: str) -> str:
    """What the kind asks for, under the field."""
    return {
        EvidenceKind.TEXT: _("Write what you did and why. You can add a file as well."),
        EvidenceKind.REFLECTION: _("Write what happened, what you made of it, and what you will do differently."),
        EvidenceKind.FILE: _("Add the file. You can write a few words that explain it."),
        EvidenceKind.OBSERVED_PRACTICE: _("Write what was observed, and what you were told about it."),
    }[EvidenceKind(kind)]


def guidance_for_supervisor(kind: str) -> str:
    """What the kind is meant to show, beside the evidence."""
    return {
        EvidenceKind.TEXT: _("The learner writes what they did and why."),
        EvidenceKind.REFLECTION: _("The learner reflects: what happened, what they made of it, what they will change."),
        EvidenceKind.FILE: _("The learner shows a file, with a few words that explain it."),
        EvidenceKind.OBSERVED_PRACTICE: _("A colleague watched the learner at work, and said what they saw."),
    }[EvidenceKind(kind)]


def state_tag(item: EvidenceItem) -> tuple[str, str]:
    """The state in words, and the colour of its tag."""
    if item.state is EvidenceState.DRAFT and item.edition == 1:
        return _("Not started"), "white"
    return {
        EvidenceState.DRAFT: (_("Draft"), "grey"),
        EvidenceState.SUBMITTED: (_("With the supervisor"), "blue"),
        EvidenceState.RETURNED: (_("Returned, with comments"), "orange"),
        EvidenceState.ACCEPTED: (_("Accepted"), "green"),
    }[item.state]


def whole_tag(portfolio: Portfolio) -> tuple[str, str]:
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
    return [
        {
            "title": translated(item.template_item.title), "url": url(item.template_item.position),
            "status": state_tag(item)[0], "colour": state_tag(item)[1],
            "hint": f"{kind_name(item.template_item.kind)} · {who_has_it(item, supervisor)}",
        }
        for item in signing.in_order(portfolio)
    ]  # fmt: skip


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
        "observer": _("The observer was changed"),
        "observed_on": _("The date of the observation was changed"),
    }
    return [text for name, text in named.items() if before[name] != now[name]]


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
