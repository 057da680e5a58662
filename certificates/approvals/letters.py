"""What people are told about approvals, each in their own language. Reasons go to the holder; others get the fact."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from flask import current_app
from flask_babel import force_locale, format_date, gettext

from certificates.approvals import functions, queries
from certificates.approvals.models import Approval, ApprovalEvidence
from certificates.approvals.rules import Ground, StepKind, SuspensionReason
from certificates.approvals.wording import GROUNDS, SUSPENSIONS
from certificates.models import Award
from lms.accounts.models import Person
from lms.core import clock, mail
from lms.core.language import N_, Bilingual

MINE, REGISTER = "/record/approvals", "/approvals"
Told = str | Bilingual | date


def given(it: Approval) -> None:
    """To the holder."""
    body = (
        N_("%(body)s has approved you: %(function)s, from %(starts)s until %(ends)s. Conditions: %(conditions)s\n\nWhat you have "
           "to do, and when, is here:\n%(link)s")
        if it.ends_on
        else N_("%(body)s may choose you from %(starts)s: %(function)s. You are chosen case by case. "
                "Conditions: %(conditions)s\n\nYour record is here:\n%(link)s")
    )  # fmt: skip
    _send(
        it.person, N_("You have been approved: %(function)s"), body, MINE, body=it.body.name, function=_title(it),
        starts=it.starts_on, ends=it.ends_on or "", conditions=it.conditions or Bilingual("none", "dim"),
    )  # fmt: skip


def suspended(it: Approval, on: date, reason: SuspensionReason, note: str) -> None:
    _send(
        it.person, N_("Your approval is suspended: %(function)s"),
        N_("%(body)s has suspended your approval from %(on)s: %(function)s. Until it is lifted you may not act under it. The "
           "period goes on running.\n\nWhy: %(reason)s. %(note)s\n\n%(link)s"),
        MINE, body=it.body.name, function=_title(it), on=on, reason=SUSPENSIONS[reason], note=note,
    )  # fmt: skip


def lifted(it: Approval, on: date, note: str) -> None:
    _send(
        it.person, N_("Your approval counts again: %(function)s"),
        N_("%(body)s has lifted the suspension of your approval: %(function)s. You may act under it again from %(on)s. "
           "%(note)s\n\n%(link)s"),
        MINE, body=it.body.name, function=_title(it), on=on, note=note,
    )  # fmt: skip


def ended(it: Approval, also: Sequence[UUID] = ()) -> None:
    """To the holder with the reasons; to authorities for whom they act, and to `also`, without them."""
    step = next(each for each in it.steps if each.kind is StepKind.ENDED)
    if step.ground is Ground.IN_ERROR:
        _send(
            it.person, N_("An approval was recorded by mistake: %(function)s"),
            N_("%(body)s had recorded an approval of yours by mistake, so it does not count and never did: %(function)s. "
               "%(note)s\n\n%(link)s"),
            MINE, body=it.body.name, function=_title(it), note=step.note,
        )  # fmt: skip
        return
    assert step.ground is not None
    _send(
        it.person, N_("Your approval ends: %(function)s"),
        N_("Your approval by %(body)s ends: %(function)s. It does not count from %(on)s.\n\nWhy: %(reason)s. "
           "%(note)s\n\n%(link)s"),
        MINE, body=it.body.name, function=_title(it), on=step.on, reason=GROUNDS[step.ground], note=step.note,
    )  # fmt: skip
    bodies = [*also, *(each.id for each in queries.acts_for(it))]
    for officer in _officers(bodies, but=step.by):
        _send(
            officer, N_("An approval has ended: %(who)s, %(function)s"),
            N_("The approval of %(who)s by %(body)s has ended: %(function)s. It does not count from %(on)s.%(elsewhere)s\n\nYou "
               "are told because you are the body that approved them, or because they have agreed to act for you.\n\n%(link)s"),
            REGISTER, who=it.person.legal_name, body=it.body.name, function=_title(it), on=step.on,
            elsewhere=_elsewhere(officer.language, step.other.name) if step.other else "",
        )  # fmt: skip


def returned(it: Approval, item: ApprovalEvidence, note: str) -> None:
    _send(
        it.person, N_("Evidence needs something more: %(title)s"),
        N_("%(body)s has returned a piece of evidence for your approval (%(function)s): %(title)s.\n\nWhat is missing: "
           "%(note)s\n\nGive it again here:\n%(link)s"),
        MINE, body=it.body.name, function=_title(it), title=item_title(item), note=note,
    )  # fmt: skip


def ends_soon(person: Person, found: Sequence[Approval]) -> None:
    """To a holder: one letter, however many end."""
    lines = "\n".join(_line(each, person.language, with_name=False) for each in found)
    _send(
        person, N_("Your approval ends soon"),
        N_("This ends soon:\n\n%(lines)s\n\nAsk the body that approved you to approve you again in good time: a panel "
           "needs what you send at least seven weeks before the last day. What is missing is listed here:\n%(link)s"),
        MINE, lines=lines,
    )  # fmt: skip


def end_soon(body_id: UUID, found: Sequence[Approval]) -> None:
    """To a body: one letter for each of its officers, however many end."""
    for officer in _officers([body_id]):
        lines = "\n".join(_line(each, officer.language, with_name=True) for each in found)
        _send(
            officer, N_("Approvals that end soon"),
            N_("These end soon, and nothing follows them yet:\n\n%(lines)s\n\nThe register shows them all:\n%(link)s"),
            f"{REGISTER}?show=ending", lines=lines,
        )  # fmt: skip


def year_ends(person: Person, it: Approval, year: int, last: date) -> None:
    _send(
        person, N_("Evidence for your approval: %(function)s"),
        N_("Year %(year)s of your approval by %(body)s ends on %(last)s, and your evidence for it is not complete: "
           "%(function)s. Give it here:\n%(link)s"),
        MINE, year=str(year), body=it.body.name, last=last, function=_title(it),
    )  # fmt: skip


def year_is_over(person: Person, it: Approval, year: int, last: date) -> None:
    _send(
        person, N_("Evidence is overdue: %(function)s"),
        N_("Year %(year)s of your approval by %(body)s ended on %(last)s without all its evidence: %(function)s. An approval can "
           "end when its conditions are not met. Give what you have, and speak to the body:\n%(link)s"),
        MINE, year=str(year), body=it.body.name, last=last, function=_title(it),
    )  # fmt: skip


def evidence_overdue(body_id: UUID, found: Sequence[Approval]) -> None:
    """To a body: one letter for each of its officers."""
    for officer in _officers([body_id]):
        lines = "\n".join(_line(each, officer.language, with_name=True) for each in found)
        _send(
            officer, N_("Yearly evidence is overdue"),
            N_("A year of these approvals ended without all its evidence:\n\n%(lines)s\n\n%(link)s"),
            f"{REGISTER}?show=overdue", lines=lines,
        )  # fmt: skip


def certificate_fell(body_id: UUID, found: Sequence[Approval], award: Award) -> None:
    """To a body: one letter for each of its officers, with what rests on the certificate."""
    for officer in _officers([body_id], but=award.learner_id):
        lines = "\n".join(_line(each, officer.language, with_name=True) for each in found)
        _send(
            officer, N_("A certificate that an approval rests on has been revoked: %(number)s"),
            N_("Certificate %(number)s (%(course)s) has been revoked. You have seen it for these approvals, as the course or as "
               "evidence:\n\n%(lines)s\n\nThey stand until you decide otherwise. Look at them here:\n%(link)s"),
            REGISTER, number=award.number, lines=lines,
            course=Bilingual(award.snapshot["en"]["course"], award.snapshot["cy"]["course"]),
        )  # fmt: skip


def item_title(item: ApprovalEvidence) -> Bilingual:
    """What an item of evidence is called: as written, or as its certificate says."""
    if item.title or item.award is None:
        return Bilingual(item.title, item.title)
    return Bilingual(item.award.snapshot["en"]["course"], item.award.snapshot["cy"]["course"])


def _title(it: Approval) -> Bilingual:
    return functions.function(it.function, clock.today()).title


def _line(it: Approval, language: str, *, with_name: bool) -> str:
    name = f"{it.person.legal_name}, " if with_name else ""
    day = _day(it.ends_on, language) if it.ends_on else ""
    return f"- {name}{_title(it).in_(language)}: {day}"


def _elsewhere(language: str, name: Bilingual) -> str:
    with force_locale("cy" if language == "cy" else "en_GB"):
        return " " + gettext("They are approved by %(body)s from that day.", body=name.in_(language))


def _officers(bodies: Sequence[UUID], but: UUID | None = None) -> Iterable[Person]:
    seen = {but}
    for people in queries.officers(bodies).values():
        for each in people:
            if each.id not in seen:
                seen.add(each.id)
                yield each


def _day(on: date, language: str) -> str:
    with force_locale("cy" if language == "cy" else "en_GB"):
        return str(format_date(on, "d MMMM y"))


def _send(to: Person, subject: str, body: str, path: str, /, **told: Told) -> None:
    address = next((each.address for each in to.emails), None)
    if address is None:
        return
    language = to.language
    words = {
        name: text.in_(language)
        if isinstance(text, Bilingual)
        else _day(text, language)
        if isinstance(text, date)
        else text
        for name, text in told.items()
    }
    link = f"{current_app.config['PUBLIC_URL']}/{language}{path}"
    with force_locale("cy" if language == "cy" else "en_GB"):
        mail.send(address, gettext(subject, **words), gettext(body, link=link, **words), language)
