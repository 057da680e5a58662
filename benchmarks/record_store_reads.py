"""Reading a record store of millions: every filter and every pair of filters, the first page, the second and a deep one.

    python benchmarks/record_store_reads.py [folder for a throw-away database] [statements] [statements …]

Fills the store (by default with 200,000 statements; goals are set for 1,000,000 and 10,000,000, which takes 25 GB and a
quarter of an hour) and prints milliseconds of processor time, of this process and of its database connection, for pages
of 100: the search, the payloads and the join into the answer's bytes. Of each pair the worst of several values is shown:
common and common, common and rare, and such as never meet. The goals: p95 at most 4 times that of the latest 100, none
over 25 ms, at most 1.3 times from 1 M to 10 M. What misses them is timed once more, in turn with the latest 100, and growth is
told from turns in both stores: minutes differ on a machine that others use as well.
"""

import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from flask import Flask

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.filling import server
from benchmarks.filling import statements as made
from lms.app import create_app
from lms.core import config, migrate
from lms.core.db import db, transaction
from lms.xapi import identity, queries
from lms.xapi.models import TENANT
from lms.xapi.rules.keys import agent_key, key_of
from lms.xapi.rules.parameters import Filter
from lms.xapi.rules.scopes import Bearer, Scope

WARM, TIMES = 3, 21
"""Calls before, so that plans are prepared and pages in memory as in a running server, and calls that are timed."""
MOST_RATIO, MOST_MS, MOST_GROWTH = 4.0, 25.0, 1.3


class Timing(NamedTuple):
    """Milliseconds: median and 95th percentile of processor time, median by the clock on the wall."""

    median: float
    p95: float
    wall: float
    found: int


Case = tuple[tuple[str, ...], str, str]
"""Filters, values and page."""
LATEST: Case = ((), "", "first")


@dataclass(frozen=True)
class Value:
    """One filter with one value. Of one `group` only one can be asked for at a time."""

    name: str
    group: str
    value: str
    filter: dict[str, Any]


def values(half: int, low: int, high: int, registration: UUID) -> list[Value]:
    """`half`, `low` and `high` are numbers of statements at the middle, the first and the last tenth."""

    def agent(who: str, *, related: bool = False) -> Value:
        key = agent_key(made.agent(who))
        return Value("related_agents" if related else "agent", "agent", who, {"agent": key, "related_agents": related})

    def activity(short: str, iri: str, *, related: bool = False) -> Value:
        name = "related_activities" if related else "activity"
        return Value(name, "activity", short, {"activity": key_of(iri), "related_activities": related})

    return [
        agent("shared"), agent("learner-3"), agent("learner-40000"),
        agent("instructor-0", related=True), agent("learner-7919", related=True),
        *(Value("verb", "verb", each, {"verb": key_of(made.verb(each))})
          for each in ("progressed", "answered", "waived", "abandoned")),
        activity("unit 0/3", made.unit(0, 3)), activity("unit 199/9", made.unit(199, 9)),
        activity("cmi5", made.CATEGORY, related=True), activity("course 0", made.course(0), related=True),
        activity("course 1", made.course(1), related=True), activity("course 199", made.course(199), related=True),
        Value("registration", "registration", "one", {"registration": registration}),
        Value("since", "since", "last tenth", {"since": high}), Value("since", "since", "all", {"since": 0}),
        Value("until", "until", "first tenth", {"until": low}), Value("until", "until", "half", {"until": half}),
        Value("ascending", "ascending", "", {"ascending": True}),
    ]  # fmt: skip


def cases(known: list[Value]) -> Iterator[tuple[tuple[str, ...], str, Filter]]:
    """(names, values in words, filter): every value alone, and every two of different groups."""
    yield (), "", Filter(limit=100)
    for chosen in [*combinations(known, 1), *combinations(known, 2)]:
        if len({each.group for each in chosen}) == len(chosen):
            merged = {key: value for each in chosen for key, value in each.filter.items()}
            words = ", ".join(each.value for each in chosen if each.value)
            yield tuple(each.name for each in chosen), words, Filter(limit=100, **merged)


class Clock:
    """Processor time of this process and of its database connection's: what others do on the machine is left out."""

    def __init__(self) -> None:
        backend = db.session.scalar(db.text("SELECT pg_backend_pid()"))
        self._path = Path(f"/proc/{backend}/schedstat")

    def read(self) -> float:
        """Milliseconds."""
        return time.process_time() * 1000 + int(self._path.read_text().split()[0]) / 1e6


def taken(clock: Clock, bearer: Bearer, wanted: Filter, through: int) -> tuple[float, float, int]:
    """One page, the search, the payloads, the join: (processor time, by the clock on the wall, statements)."""
    start, begun = time.perf_counter(), clock.read()
    page = queries.page(bearer, wanted, through)
    body = b'{"statements":[%b],"more":""}' % b",".join([each.payload for each in page.statements])
    used, took = clock.read() - begun, (time.perf_counter() - start) * 1000
    assert len(body) > 2
    return used, took, len(page.statements)


def timing(turns: Sequence[tuple[float, float, int]]) -> Timing:
    spent, waited = sorted(used for used, _, _ in turns), [took for _, took, _ in turns]
    return Timing(statistics.median(spent), spent[int(len(turns) * 0.95)], statistics.median(waited), turns[-1][2])


def timed(clock: Clock, bearer: Bearer, wanted: Filter, through: int) -> Timing:
    """Of one page."""
    for turn in range(WARM):
        used, took, found = taken(clock, bearer, wanted, through)
        if used > 10 * MOST_MS and turn:  # hopeless: this says enough
            return Timing(used, used, took, found)
    return timing([taken(clock, bearer, wanted, through) for _ in range(TIMES)])


def timed_in_turn(clock: Clock, bearer: Bearer, wanted: Filter, through: int) -> tuple[Timing, Timing]:
    """Of one page, and of the latest without a filter in the same seconds."""
    both = (wanted, Filter(limit=100))
    for _ in range(WARM):
        for each in both:
            taken(clock, bearer, each, through)
    turns = [[taken(clock, bearer, each, through) for each in both] for _ in range(2 * TIMES)]
    return timing([one for one, _ in turns]), timing([latest for _, latest in turns])


def pages(bearer: Bearer, through: int) -> Iterator[tuple[Case, Filter]]:
    """Each page that is timed, and what asks for it."""
    ends = db.session.execute(
        db.text("SELECT min(seq) AS first, max(seq) AS last FROM statement WHERE tenant = :tenant"), {"tenant": TENANT}
    ).one()
    span = ends.last - ends.first
    registration = db.session.scalar(
        db.text("SELECT registration FROM statement WHERE actor = :actor AND registration IS NOT NULL LIMIT 1"),
        {"actor": agent_key(made.agent("learner-3"))},
    )
    known = values(ends.first + span // 2, ends.first + span // 10, ends.last - span // 10, registration)
    for names, words, wanted in cases(known):
        rest = queries.page(bearer, wanted, through).rest
        forward = wanted.ascending
        deep = ends.first + span * (7 if forward else 3) // 10
        if (wanted.until is not None and forward) or wanted.since:  # a deep place within what is asked for
            least, most = max(wanted.since or 0, ends.first), min(wanted.until or ends.last, ends.last)
            deep = (least + most) // 2
        yield (names, words, "first"), wanted
        if rest is not None:
            yield (names, words, "second"), rest
        yield (names, words, "deep"), replace(wanted, last=deep, through=through)


def measured(
    clock: Clock, bearer: Bearer, through: int, asked: Mapping[Case, Filter]
) -> tuple[dict[Case, Timing], dict[Case, tuple[Timing, Timing]]]:
    """All of them, and those that miss a goal once more in turn with the latest."""
    found = {}
    for case, wanted in asked.items():
        found[case] = timed(clock, bearer, wanted, through)
        db.session.rollback()
    over = [case for case, each in found.items() if misses(each, found[LATEST])]
    return found, {case: timed_in_turn(clock, bearer, asked[case], through) for case in over}


def show(found: dict[Case, Timing], again: dict[Case, tuple[Timing, Timing]], count: int) -> None:
    """One line for every filter and pair: the worst value of each page. And all that miss a goal."""
    latest = found[LATEST]
    print(f"\n{count:,} statements. Latest 100 without a filter: {latest.median:.1f} / {latest.p95:.1f} ms of processor time"
          f" (median / p95), {latest.wall:.1f} ms by the clock\n")  # fmt: skip
    print(f"{'filters':38}{'first page':>13}{'second':>13}{'deep':>13}{'x latest':>9}  worst with")
    lines: dict[tuple[str, ...], dict[str, tuple[Timing, str]]] = defaultdict(dict)
    for (names, words, page), timing in found.items():
        if page not in lines[names] or timing.p95 > lines[names][page][0].p95:
            lines[names][page] = (timing, f"{words} ({timing.found} found, {page})")
    for names, pages in lines.items():
        cells = [f"{pages[each][0].median:.1f} / {pages[each][0].p95:.1f}" if each in pages else "-" for each in PAGES]
        worst, words = max(pages.values(), key=lambda each: each[0].p95)
        print(f"{' + '.join(names) or '(none)':38}{''.join(f'{each:>13}' for each in cells)}"
              f"{worst.p95 / latest.p95:9.1f}  {words}{' *' if misses(worst, latest) else ''}")  # fmt: skip
    every = sorted(each.p95 for each in found.values())
    print(f"\n{len(found)} cases; p95 of a case: median {statistics.median(every):.1f} ms, worst {every[-1]:.1f} ms; over"
          f" {MOST_RATIO:g} x latest (medians {sum(each.median > MOST_RATIO * latest.median for each in found.values())},"
          f" p95 {sum(each > MOST_RATIO * latest.p95 for each in every)}), over {MOST_MS:g} ms:"
          f" {sum(each > MOST_MS for each in every)}")  # fmt: skip
    missed = sum(misses(*both) for both in again.values())
    print(f"Of {len(again)} over one or the other, timed again in turn with the latest: {missed}")
    for (names, words, page), (timing, beside) in sorted(again.items(), key=lambda each: -found[each[0]].p95):
        first, mark = found[names, words, page], " *" if misses(timing, beside) else ""
        print(f"  {' + '.join(names)}: {words}; {page}: {first.median:.1f} / {first.p95:.1f} ms, {timing.found} found; in turn"
              f" {timing.median:.1f} / {timing.p95:.1f}, {timing.p95 / beside.p95:.1f} x latest{mark}")  # fmt: skip
    sys.stdout.flush()


def misses(timing: Timing, latest: Timing) -> bool:
    return timing.p95 > MOST_RATIO * latest.p95 or timing.p95 > MOST_MS


PAGES = ("first", "second", "deep")


class Store:
    """A filled store and its pages."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        with app.app_context():
            self._bearer = Bearer(None, TENANT, identity.house(), frozenset({Scope.ALL}))
            self._through = queries.consistent_through()
            self._asked = dict(pages(self._bearer, self._through))
            self._clock = Clock()
            db.session.remove()

    def __contains__(self, case: Case) -> bool:
        return case in self._asked

    def measured(self) -> tuple[dict[Case, Timing], dict[Case, tuple[Timing, Timing]]]:
        """All pages, and those that miss a goal once more in turn with the latest."""
        with self._app.app_context():
            found = measured(self._clock, self._bearer, self._through, self._asked)
            db.session.remove()
        return found

    def taken(self, case: Case) -> tuple[float, float, int]:
        """One page, by the one connection that its clock looks at; committed, or the driver forgot what it prepared."""
        with self._app.app_context(), transaction():
            db.session.connection()
            return taken(self._clock, self._bearer, self._asked[case], self._through)


def filled(folder: Path, count: int) -> Store:
    """A store of so many statements, which may have been filled by a run before in the same folder."""
    name = f"reads_{count}"
    running = server.start(folder)
    if not server.has(running, name):
        app = app_on(server.fresh(running, f"{name}_filling"), folder)
        with app.app_context():
            migrate.upgrade()
            db.session.remove()
            db.engine.dispose()
        start = time.perf_counter()
        with psycopg.connect(server.database(running, f"{name}_filling"), autocommit=True) as connection:
            for said in made.fill(connection, count):
                print(f"{time.perf_counter() - start:7.0f} s  {said}", file=sys.stderr, flush=True)
        server.rename(running, f"{name}_filling", name)
    return Store(app_on(server.database(running, name), folder))


def app_on(url: str, folder: Path) -> Flask:
    return create_app(config.Settings(database_url=url, instance=folder, public_url="http://127.0.0.1"))


def grown(smaller: Store, larger: Store, cases: Iterable[Case]) -> Iterator[tuple[Case, Timing, Timing]]:
    """Each page of two stores, timed in turn: a minute after the larger one was filled is no minute to compare with. What
    finds as many in both and seems to have grown too much is timed once more, for longer."""
    for case in cases:
        if case in smaller and case in larger:
            before, after = timed_in_both(smaller, larger, case, TIMES)
            if before.found == after.found and after.median > MOST_GROWTH * before.median:
                before, after = timed_in_both(smaller, larger, case, 4 * TIMES)
            yield case, before, after


def timed_in_both(smaller: Store, larger: Store, case: Case, times: int) -> tuple[Timing, Timing]:
    for _ in range(WARM):
        smaller.taken(case), larger.taken(case)
    turns = [(smaller.taken(case), larger.taken(case)) for _ in range(times)]
    return timing([one for one, _ in turns]), timing([other for _, other in turns])


def show_growth(found: Sequence[tuple[Case, Timing, Timing]]) -> None:
    """Of pages that find as many in both, and of the others, which do more for more."""
    alike = [each for each in found if each[1].found == each[2].found]
    for kind, chosen in (("find as many", alike), ("find more", [each for each in found if each not in alike])):
        growth = sorted(((after.median / before.median, case, before, after) for case, before, after in chosen),
                        key=lambda each: -each[0])  # fmt: skip
        if growth:
            print(f"\nGrowth of medians where they {kind}, in turn: median"
                  f" {statistics.median(each for each, *_ in growth):.2f} x; over {MOST_GROWTH} x:"
                  f" {sum(each > MOST_GROWTH for each, *_ in growth)} of {len(growth)}")  # fmt: skip
        for ratio, (names, words, page), before, after in growth[:12]:
            print(f"  {ratio:6.2f} x  {' + '.join(names)}: {words}; {page} ({before.found} -> {after.found} found,"
                  f" {before.median:.1f} -> {after.median:.1f} ms)")  # fmt: skip


def main(folder: Path, counts: list[int]) -> None:
    stores = {count: filled(folder, count) for count in counts}
    cases: list[Case] = []
    for count, store in stores.items():
        found, again = store.measured()
        show(found, again, count)
        cases = list(found)
    for smaller, larger in pairwise(stores.values()):
        show_growth(list(grown(smaller, larger, cases)))


if __name__ == "__main__":
    numbers = [int(each.replace(",", "")) for each in sys.argv[2:]] or [200_000]
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).resolve(), numbers)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary), numbers)
