"""What people are told by mail about supervision, in their own language."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from flask import current_app
from flask_babel import force_locale, gettext

from courses.catalogue.models import Programme
from courses.supervision.models import Attestation, Invitation
from lms.accounts.models import Person
from lms.core import mail
from lms.core.language import N_, Bilingual


def invited(it: Invitation) -> None:
    from_learner = it.by == it.learner_id
    asked, asks = (it.supervisor, it.learner) if from_learner else (it.learner, it.supervisor)
    body = (
        N_("%(who)s asks you to be their learning supervisor in %(programme)s.\n\nSay yes or no by %(until)s:\n%(link)s")
        if from_learner
        else N_("%(who)s offers to be your learning supervisor in %(programme)s. If you say yes, they can read what you "
                "submit there.\n\nSay yes or no by %(until)s:\n%(link)s")
    )  # fmt: skip
    _send(
        asked, N_("Learning supervision: %(who)s asks you"), body, "/supervision/invitations", who=asks.display_name,
        programme=it.programme.title, until=it.until.isoformat(),
    )  # fmt: skip


def answered(it: Invitation) -> None:
    """To whoever asked: yes, no, or nothing came."""
    asked, asks = (it.supervisor, it.learner) if it.by == it.learner_id else (it.learner, it.supervisor)
    subject, body = {
        "accepted": (
            N_("%(who)s said yes"),
            N_("%(who)s accepted your invitation to learning supervision in %(programme)s.\n\n%(link)s"),
        ),
        "declined": (
            N_("%(who)s said no"),
            N_("%(who)s declined your invitation to learning supervision in %(programme)s. You can ask somebody "
               "else:\n%(link)s"),
        ),
        "lapsed": (
            N_("%(who)s has not answered"),
            N_("Your invitation to learning supervision in %(programme)s had no answer in time, so it has lapsed. You can "
               "ask again, or somebody else:\n%(link)s"),
        ),
    }[it.state.value]  # fmt: skip
    there: dict[str, str | Bilingual] = {"who": asked.display_name, "programme": it.programme.title}
    _send(asks, subject, body, "/supervision/invitations", **there)


def new_supervisor(learner: Person, supervisor: Person, programme: Programme) -> None:
    _send(
        learner, N_("You have a learning supervisor"),
        N_("%(who)s is your learning supervisor in %(programme)s from today, and can read what you submit there.\n\n%(link)s"),
        "/supervision/invitations", who=supervisor.display_name, programme=programme.title,
    )  # fmt: skip


def new_learners(supervisor: Person, names: Sequence[str], programme: Programme) -> None:
    """One letter, however many learners come."""
    _send(
        supervisor, N_("You have new learners"),
        N_("From today you supervise in %(programme)s: %(names)s.\n\nWhat they have submitted waits in your queue:\n%(link)s"),
        "/supervision", names=", ".join(names), programme=programme.title,
    )  # fmt: skip


def handed_over(learner: Person, before: Person, after: Person, programme: Programme) -> None:
    _send(
        learner, N_("Your learning supervisor has changed"),
        N_("%(before)s has handed over, and %(after)s is your learning supervisor in %(programme)s from today. What was "
           "accepted stays accepted, and what waits has gone to %(after)s, who can read what you submit.\n\n%(link)s"),
        "/supervision/invitations", before=before.display_name, after=after.display_name, programme=programme.title,
    )  # fmt: skip


def without_supervisor(learner: Person, before: Person, programme: Programme, finder: Person | None) -> None:
    told: dict[str, str | Bilingual] = {"before": before.display_name, "programme": programme.title}
    if finder is None:
        body = N_("%(before)s no longer supervises you in %(programme)s. You can ask somebody yourself:\n%(link)s")
    else:
        told["finder"] = finder.display_name
        body = N_("%(before)s no longer supervises you in %(programme)s. %(finder)s finds somebody else for you, and you can "
                  "ask somebody yourself:\n%(link)s")  # fmt: skip
    _send(learner, N_("You need a new learning supervisor"), body, "/supervision/invitations", **told)


def stands_in(deputy: Person, supervisor: Person, programme: Programme, days: str) -> None:
    _send(
        deputy, N_("You stand in for %(who)s"),
        N_("You stand in for %(who)s in %(programme)s: %(days)s. What their learners submit is in your queue then:\n%(link)s"),
        "/supervision", who=supervisor.display_name, programme=programme.title, days=days,
    )  # fmt: skip


def waits_too_long(to: Person, learner: Person, programme: Programme, days: int, *, deputy: bool) -> None:
    body = (
        N_("What %(who)s submitted in %(programme)s has waited for %(days)s days. You are the named deputy, so it is in your "
           "queue as well:\n%(link)s")
        if deputy
        else N_("What %(who)s submitted in %(programme)s has waited for %(days)s days. You find supervisors there: speak with "
                "the supervisor, or give the learner another one:\n%(link)s")
    )  # fmt: skip
    _send(
        to, N_("%(who)s has waited for %(days)s days"), body, "/supervision" if deputy else "/manage/supervision",
        who=learner.display_name, programme=programme.title, days=str(days),
    )  # fmt: skip


def attestations_end(ends: Sequence[Attestation]) -> None:
    """To each learner; and one letter to each supervisor, however many learners it is about."""
    for (supervisor, programme), mine in groupby(ends, key=lambda each: (each.supervisor, each.programme)):
        about = list(mine)
        _send(
            supervisor, N_("What you attest will end"),
            N_("Your attestation in %(programme)s ends soon for: %(names)s.\n\nIf the facts still hold, attest them again, so "
               "that nobody’s learning pauses:\n%(link)s"),
            "/supervision/learners", programme=programme.title,
            names=", ".join(f"{each.learner.display_name} ({each.ends_on.isoformat()})" for each in about),
        )  # fmt: skip
        for each in about:
            _send(
                each.learner, N_("What your supervisor attests will end"),
                N_("%(who)s attests your clinical role, team and supervision in %(programme)s until %(day)s. Clinical modules "
                   "pause when it ends, and nothing is lost. %(who)s has been told; ask them to attest again:\n%(link)s"),
                "/learning", who=supervisor.display_name, programme=programme.title, day=each.ends_on.isoformat(),
            )  # fmt: skip


def session_logged(learner: Person, supervisor: Person, held_on: date, minutes: int) -> None:
    _send(
        learner, N_("Supervision on %(day)s: do you agree?"),
        N_("%(who)s has recorded supervision with you on %(day)s, %(minutes)s minutes. It counts once you agree:\n%(link)s"),
        "/supervision/sessions", who=supervisor.display_name, day=held_on.isoformat(), minutes=str(minutes),
    )  # fmt: skip


def session_disputed(supervisor: Person, learner: Person, held_on: date) -> None:
    _send(
        supervisor, N_("%(who)s does not agree with a session"),
        N_("%(who)s says that something is wrong with the supervision that you recorded for %(day)s:\n%(link)s"),
        "/supervision/sessions", who=learner.display_name, day=held_on.isoformat(),
    )  # fmt: skip


def _send(to: Person, subject: str, body: str, path: str, **told: str | Bilingual) -> None:
    """To the person's first address; somebody without one reads it on their pages."""
    address = next((each.address for each in to.emails), None)
    if address is None:
        return
    words = {name: text.in_(to.language) if isinstance(text, Bilingual) else text for name, text in told.items()}
    link = f"{current_app.config['PUBLIC_URL']}/{to.language}{path}"
    with force_locale("cy" if to.language == "cy" else "en_GB"):
        mail.send(address, gettext(subject, **words), gettext(body, link=link, **words), to.language)
