"""What may become of evidence. Pure: plain values in, a new state or a refusal out.

States are the values of `models.EvidenceState` and `models.PortfolioState` (product.md, States).
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from courses.portfolios import errors
from lms.core.language import N_

LONGEST = 20_000
"""Characters in one item's text: some six pages."""

ITEM_MOVES = {
    ("in_progress", "draft", "save"): "draft",
    ("in_progress", "returned", "save"): "returned",
    ("in_progress", "accepted", "save"): "draft",
    ("in_progress", "redacted", "save"): "draft",
    ("in_progress", "draft", "submit"): "submitted",
    ("in_progress", "returned", "submit"): "submitted",
    ("in_progress", "submitted", "take_back"): "draft",
    ("in_progress", "submitted", "accept"): "accepted",
    ("in_progress", "submitted", "return"): "returned",
    ("submitted", "accepted", "return"): "returned",
}
"""(portfolio, item, act) → item. The last row: at sign-off the supervisor sees that an item wants more after all."""

PORTFOLIO_MOVES = {
    ("in_progress", "submit"): "submitted",
    ("submitted", "take_back"): "in_progress",
    ("submitted", "return"): "in_progress",
    ("submitted", "sign_off"): "signed_off",
    ("signed_off", "reopen"): "in_progress",
}

WHY_NOT_OPEN = {
    "withdrawn": N_("The learner has left this course. What was recorded stays readable."),
    "paused": N_("The enrolment is paused. Drafts can be saved; the rest goes on when it is resumed."),
    "waitlisted": N_("The learner is on the waiting list for this course."),
    "offered": N_("A place on this course is offered to the learner, who has not answered yet."),
}


@dataclass(frozen=True)
class Evidence:
    """One item as it stands. `kind` and `state` are values of their enums."""

    kind: str
    state: str
    body: str = ""
    observer: str | None = None
    observed_on: date | None = None
    has_file: bool = False
    individually_supervised: bool = False
    optional: bool = False
    individual_only: bool = False
    observer_signs: bool = False
    observer_signed: bool = False
    has_link: bool = False


def item_after(portfolio: str, item: str, act: str) -> str:
    """The item's state after the act. Raises the refusal that says why not."""
    if after := ITEM_MOVES.get((portfolio, item, act)):
        return after
    if act in ("accept", "return"):
        raise errors.PortfolioFrozen() if portfolio == "signed_off" else errors.AlreadyDecided()
    if portfolio == "signed_off":
        raise errors.PortfolioFrozen()
    if portfolio == "submitted":
        raise errors.PortfolioWaits()
    if act == "take_back":
        raise errors.ItemNotSubmitted()
    raise errors.ItemAccepted() if item == "accepted" else errors.ItemWaits()


def portfolio_after(portfolio: str, act: str) -> str:
    """The portfolio's state after the act. Raises the refusal that says why not."""
    if after := PORTFOLIO_MOVES.get((portfolio, act)):
        return after
    if act == "reopen":
        raise errors.PortfolioNotSignedOff()
    if portfolio == "signed_off":
        raise errors.PortfolioFrozen()
    raise errors.PortfolioWaits() if act == "submit" else errors.PortfolioNotSubmitted()


def enrolment_is_open(state: str, act: str) -> None:
    """Nothing moves for somebody who has left; who is paused may go on writing (domain dossier §4.2)."""
    if state in ("withdrawn", "waitlisted", "offered") or (state == "paused" and act not in ("save", "take_back")):
        raise errors.EnrolmentNotOpen(WHY_NOT_OPEN[state])


def is_complete(evidence: Evidence, today: date) -> None:
    """Raises EvidenceMissing with a message for each field that the kind asks for."""
    missing: dict[str, str] = {}
    if evidence.kind == "file" and not evidence.has_file:
        missing["file"] = N_("Add the file")
    shown = evidence.body or evidence.has_file or evidence.has_link
    if evidence.kind not in ("file", "observed_practice") and not shown:
        missing["body"] = N_("Write your evidence, or add a file")
    if evidence.kind == "observed_practice":
        if not evidence.body:
            missing["body"] = N_("Write what was observed, and what you were told about it")
        if not evidence.observer:
            missing["observer"] = N_("Enter the name and role of the person who observed you")
        if evidence.observed_on is None:
            missing["observed_on"] = N_("Enter the date on which you were observed")
        elif evidence.observed_on > today:
            missing["observed_on"] = N_("The date must not be in the future")
        if not missing and evidence.observer_signs and not evidence.observer_signed:
            missing["signature"] = N_("Ask the person who observed you to sign what you wrote")
    if missing:
        raise errors.EvidenceMissing(fields=missing)


def may_be_in_group(supervision: str, individual_only: bool) -> bool:
    """May an item be looked at with others? What the template says of it, and of the whole."""
    return supervision != "professional" and not individual_only


def may_be_accepted(*, individual_only: bool, individually_supervised: bool) -> None:
    """What is not for groups is accepted only with the word that it was looked at alone. Raises SupervisedAlone."""
    if individual_only and not individually_supervised:
        raise errors.SupervisedAlone(
            fields={"individually_supervised": N_("Confirm that you looked at this individually: it is not for groups")}
        )


def may_be_submitted(items: Sequence[Evidence], optional_needed: int = 0) -> None:
    """All that is asked for is accepted, of the optional ones as many as are wanted, and nothing waits to be decided."""
    asked = all(item.state == "accepted" for item in items if not item.optional)
    chosen = sum(item.state == "accepted" for item in items if item.optional)
    if not asked or any(item.state == "submitted" for item in items):
        raise errors.NotAllAccepted()
    if chosen < optional_needed:
        raise errors.OptionalMissing(params={"needed": optional_needed, "accepted": chosen})


def may_be_signed(items: Sequence[Evidence], supervision: str, optional_needed: int = 0) -> None:
    """What the template asks of the whole, on top of each item."""
    may_be_submitted(items, optional_needed)
    accepted = [item for item in items if item.state == "accepted"]
    if any(item.individual_only and not item.individually_supervised for item in accepted):
        raise errors.IndividualItemMissing()
    if supervision == "individual_required" and not any(item.individually_supervised for item in accepted):
        raise errors.IndividualSupervisionMissing()


@dataclass(frozen=True)
class Change:
    """A stretch of text that is the same in both, or was added, or was taken away."""

    kind: str
    text: str


def changes(before: str, after: str) -> list[Change]:
    """What became of a text, sentence by sentence: `same`, `removed`, `added`, in reading order.

    White space does not count: a last sentence is the same when another paragraph follows it.
    """
    old, new = _sentences(before), _sentences(after)
    compared = difflib.SequenceMatcher(None, [each.strip() for each in old], [each.strip() for each in new])
    found: list[Change] = []
    for kind, i, j, k, m in compared.get_opcodes():
        if kind == "equal":
            found.append(Change("same", "".join(new[k:m])))
            continue
        if i < j:
            found.append(Change("removed", "".join(old[i:j])))
        if k < m:
            found.append(Change("added", "".join(new[k:m])))
    return found


def _sentences(text: str) -> list[str]:
    return re.findall(r"[^.!?\n]+[.!?\n]*\s*|[.!?\n]+\s*", text)
