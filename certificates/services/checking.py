"""What anyone may ask who has a code, a file, or what is printed on the paper. Every check counts; no checker is kept."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert

from certificates import queries, rules, snapshots
from certificates.errors import NoSuchCertificate
from certificates.models import Award, AwardCheck
from certificates.rules import Standing
from lms.core import clock, throttle
from lms.core.db import db
from lms.core.permissions import Actor, Permission

CHECKS, CHECKS_PER = 60, 60
GUESSES, GUESSES_PER = 10, 600
"""Attempts per address, and seconds: generous for an office that checks a pile, useless for guessing."""


@dataclass(frozen=True)
class Checked:
    """An award as anyone may see it: `name` None where the holder shows none. `at` is when we looked.

    `replaced_by` and `renewed_by` are what came after it; `shared`: whoever looks was given a link by the holder.
    """

    award: Award
    snapshot: snapshots.Snapshot
    standing: Standing
    name: str | None
    at: datetime
    replaced_by: Award | None = None
    renewed_by: Award | None = None
    shared: bool = False


def check(actor: Actor, typed: str, origin: str, share: str = "") -> Checked:
    """What was printed and what it is worth now, for anyone who has the code. Counted, without who asked.

    `share` is the secret of a link by which the holder shows the whole name for a while. Raises NoSuchCertificate, or
    TooMany from one address (`origin`).
    """
    actor.require(Permission.CERTIFICATE_VERIFY)
    throttle.take(f"check:{origin}", limit=CHECKS, per_seconds=CHECKS_PER)
    code = rules.read_code(typed)
    found = queries.award_by_code(code) if code else None
    if found is None:
        throttle.take(f"check-miss:{origin}", limit=GUESSES, per_seconds=GUESSES_PER)
        raise NoSuchCertificate()
    count(actor, found)
    return looked_at(found, shared=bool(share) and queries.is_shared(found.id, share, clock.now()))


def looked_at(found: Award, *, shared: bool = False, after: Sequence[Award] | None = None) -> Checked:
    """The award as anyone may see it, and what came `after`, when that is known already. Does not count."""
    snapshot = snapshots.read(found.snapshot)
    name = snapshot.en.holder if shared else rules.shown_name(snapshot.en.holder, found.name_visibility)
    after = queries.what_came_after(found.id) if after is None else after
    return Checked(
        found, snapshot, queries.standing_of(found, clock.today()), name, clock.now(),
        replaced_by=next((each for each in after if each.replaces_id == found.id), None),
        renewed_by=next((each for each in after if each.renews_id == found.id), None), shared=shared,
    )  # fmt: skip


def find(actor: Actor, number: str, surname: str, issued_on: date, origin: str) -> str:
    """The code of a certificate, for whoever holds it on paper. Number, surname and date must all be right.

    Raises NoSuchCertificate without saying what was wrong, or TooMany per address and per number.
    """
    actor.require(Permission.CERTIFICATE_VERIFY)
    number = rules.read_number(number)
    throttle.take(f"find:{origin}", limit=GUESSES, per_seconds=GUESSES_PER)
    throttle.take(f"find-number:{number}", limit=GUESSES, per_seconds=GUESSES_PER)
    found = queries.award_by_number(number)
    if found is None or not matches(found, surname, issued_on):
        raise NoSuchCertificate()
    return found.code


def matches(found: Award, surname: str, issued_on: date) -> bool:
    """Are these the surname and the date on it?"""
    return found.issued_on == issued_on and rules.is_surname_of(surname, snapshots.read(found.snapshot).en.holder)


def compare(actor: Actor, typed: str, content: bytes, origin: str) -> tuple[Checked, bool]:
    """Is this file one that we handed out for that certificate? Nothing of it is kept. Raises as `check`."""
    found = check(actor, typed, origin)
    return found, hashlib.sha256(content).hexdigest() in queries.digests_of(found.award.id)


def count(actor: Actor, *found: Award) -> None:
    """One more check today of each of these, unless the holder looks at their own. Nothing is kept of who it was.

    In one statement and in the order of their ids, so that two long lists at once wait for each other instead of stopping.
    """
    often = Counter(each.id for each in found if each.learner_id != actor.person)
    if not often:
        return
    rows = [{"award_id": award_id, "on": clock.today(), "count": often[award_id]} for award_id in sorted(often)]
    counted = insert(AwardCheck).values(rows)
    db.session.execute(
        counted.on_conflict_do_update(
            index_elements=["award_id", "on"], set_={"count": AwardCheck.count + counted.excluded.count}
        )
    )
