"""Dates of taught courses over three years, who had a place on them, who came, who waited, and who still does."""

from typing import NamedTuple

from lms.demonstration.large.enrolments import YEARS, Offered, Story, happened, language
from lms.demonstration.large.people import Body, Learner
from lms.demonstration.large.sheets import NULL, Days, Seeded, Sheets, truth

HELD, ASKED = 0.2, 0.1
"""Of enrolments on taught courses: with a place on a date that was held, and such as asked for one and have none or one to come."""
WAITED, LONGEST = 0.5, 150
"""How many of the first had waited before, and for how many days at most."""
OLDEST = 1000
"""Days ago, of the first dates."""
ON_THE_DAY = (("attended", 0.81), ("partly", 0.84), ("did_not_attend", 0.91), ("excused", 0.93))
LATE = 0.97
"""Of those with a place on a date, each with those before it; what is left gave it up in time."""
MINUTES = {"attended": "390", "partly": "150"}
OPENS, CLOSES, CANCEL_BY = 70, 1, 7
"""Days before a date from which and until which it is booked, and until which a place can be given up in time."""
AREAS = ("Wrecsam / Wrexham", "Bangor", "Llandudno", "Aberystwyth", "Abertawe / Swansea", "Caerdydd / Cardiff")
TRAINERS = 40
MOST_OPEN, FOR_EACH = 12, 120
"""Dates that are filled side by side: one more for so many who want a place, up to so many."""


class Sitting(NamedTuple):
    id: str
    age: int


class Series(NamedTuple):
    """A date as bookings see it. `room`: [places that are still to be taken]."""

    id: str
    sittings: tuple[Sitting, ...]
    language: str
    trainer: str
    room: list[int]

    @property
    def first(self) -> int:
        return self.sittings[0].age

    @property
    def last(self) -> int:
        return self.sittings[-1].age


class Dates:
    """Makes dates as they are needed, and never books more on one than it has places."""

    def __init__(self, chance: Seeded, sheets: Sheets, days: Days, hosts: list[Body], expected: int) -> None:
        """`expected`: how many enrolments one course will have."""
        self.chance, self.sheets, self.days, self.hosts = chance, sheets, days, hosts
        self.side_by_side = max(1, min(MOST_OPEN, int(expected * HELD) // FOR_EACH))
        self.open: dict[tuple[str, str], list[Series]] = {}
        self.trainers: list[str] = []

    def meet(self, learner: Learner) -> None:
        """The first few of them teach."""
        if len(self.trainers) < TRAINERS:
            self.trainers.append(learner.id)

    def tell(self, learner: Learner, course: Offered) -> Story | None:
        """What became of an enrolment, if it was for a date; None: it was not."""
        fate = self.chance.random()
        if not course.taught or fate >= HELD + ASKED:
            return None
        it = Story(self.chance.new_id(), language(self.chance, learner, course), 0, dated=True)
        (self._held if fate < HELD else self._asked)(learner, course, it)
        return it

    def _held(self, learner: Learner, course: Offered, it: Story) -> None:
        fate = self.chance.random()
        presence = next((each for each, below in ON_THE_DAY if fate < below), None)
        welsh = it.language == "cy" and self.chance.random() < 0.5
        series = self._series(course, "cy" if welsh else "", takes=presence is not None)
        offered = series.first + CANCEL_BY + 1 + self.chance.below(40)
        waited = course.chosen or self.chance.random() < WAITED
        it.enrolled = asked = min(offered + self._wait(), max(offered, YEARS)) if waited else offered
        booking = self.chance.new_id()
        at, booked = self._place(learner, course, it, series, booking, asked, offered, waited=waited)
        state, ended = "over", NULL
        if presence is not None:
            self._attendance(it, series, booking, presence)
        else:
            late = fate < LATE
            day = series.first + (1 + self.chance.below(CANCEL_BY - 1) if late else CANCEL_BY)
            state = "late_cancelled" if late else "cancelled"
            ended = self.days.at(day, "13:00")
            self._end(learner, it, series, booking, state, day)
        self._booking(learner, course, it, booking, series, state, offered=at, booked=booked, ended=ended)

    def _place(
        self, learner: Learner, course: Offered, it: Story, series: Series, booking: str, asked: int, offered: int, *,
        waited: bool,
    ) -> tuple[str, str]:  # fmt: skip
        """From asking to having a place: (when it was offered, when booked). An organiser gives it without asking again."""
        at = self.days.at(offered, "10:00" if waited else "09:00")
        if waited:
            self._begin(learner, it, booking, asked)
        booked = at
        if waited and not course.chosen:
            self._event(booking, series.id, at, "offered")
            happened(self.chance, self.sheets, it, at, "offered")
            booked = self.days.at(offered - self.chance.below(2), "12:00")
        self._event(booking, series.id, booked, "booked", NULL if course.chosen else learner.id)
        happened(self.chance, self.sheets, it, booked, "enrolled")
        return at, booked

    def _begin(self, learner: Learner, it: Story, booking: str, asked: int, series: str = NULL) -> None:
        at = self.days.at(asked, "09:00")
        self._event(booking, series, at, "waiting", learner.id)
        happened(self.chance, self.sheets, it, at, "waitlisted")

    def _attendance(self, it: Story, series: Series, booking: str, presence: str) -> None:
        welsh = series.language == "welsh" or (series.language == "bilingual" and it.language == "cy")
        for sitting in series.sittings:
            self.sheets.write(
                "attendance", self.chance.new_id(), sitting.id, booking, presence, MINUTES.get(presence, "0"),
                "cy" if welsh else "en", self.days.at(sitting.age, "16:15"), series.trainer, "trainer",
            )  # fmt: skip
        at = self.days.at(series.last, "16:30")
        if presence == "attended":
            it.started_at = it.last_active_at = it.learned_at = it.attended_at = at
            it.state, it.progress, it.completed = "completed", 100, series.last
            for kind in ("started", "attended", "learning_completed", "completed"):
                happened(self.chance, self.sheets, it, at, kind)
            self._event(booking, series.id, at, "attended", series.trainer)
        else:
            it.state = "resit_due" if presence == "partly" else "did_not_attend"
            happened(self.chance, self.sheets, it, at, it.state)
            self._event(booking, series.id, at, it.state, series.trainer)

    def _end(self, learner: Learner, it: Story, series: Series | None, booking: str, state: str, day: int) -> None:
        """They give it up, and the enrolment with it."""
        at = self.days.at(day, "13:00")
        reason = {"declined": "place_declined", "lapsed": "offer_lapsed"}.get(state, "no_time")
        by = NULL if state == "lapsed" else learner.id
        told = reason if state in ("cancelled", "late_cancelled") else NULL
        self._event(booking, series.id if series else NULL, at, state, by, told)
        it.state, it.ended = "withdrawn", day
        happened(self.chance, self.sheets, it, at, "withdrawn", NULL, reason)

    def _asked(self, learner: Learner, course: Offered, it: Story) -> None:
        """Without a place that was held: they wait, were passed over, have one to come, or gave up."""
        chance, booking = self.chance, self.chance.new_id()
        fate = chance.random()
        if fate < 0.3:  # waits for whichever date comes first
            it.enrolled, it.state = 1 + chance.below(200), "waitlisted"
            self._begin(learner, it, booking, it.enrolled)
            self._booking(learner, course, it, booking, None, "waiting")
        elif fate < 0.42:  # waited for one date alone, until it was held without them
            series = self._series(course, "", takes=False)
            it.enrolled, it.state = series.first + 2 + chance.below(50), "waitlisted"
            self._begin(learner, it, booking, it.enrolled, series.id)
            self._booking(learner, course, it, booking, series, "waiting", any_date=False)
        elif fate < 0.6 or (fate < 0.64 and course.chosen):
            self._to_come(learner, course, it, booking)
        elif fate < 0.64:  # has two days to answer
            series = self._series(course, "to come", takes=True)
            it.enrolled, it.state = 1 + self._wait(), "offered"
            at = self.days.at(1, "15:00")
            self._begin(learner, it, booking, it.enrolled)
            self._event(booking, series.id, at, "offered")
            happened(chance, self.sheets, it, at, "offered")
            self._booking(
                learner, course, it, booking, series, "offered", offered=at,
                until=self.days.at(-1, "15:00"),
            )  # fmt: skip
        elif fate < 0.82 and not course.chosen:
            self._turned_down(learner, course, it, booking, "declined" if fate < 0.75 else "lapsed")
        else:  # would not wait any longer
            it.enrolled = 2 + chance.below(OLDEST)
            day = max(1, it.enrolled - 1 - self._wait())
            self._begin(learner, it, booking, it.enrolled)
            self._end(learner, it, None, booking, "cancelled", day)
            ended = self.days.at(day, "13:00")
            self._booking(learner, course, it, booking, None, "cancelled", ended=ended)

    def _to_come(self, learner: Learner, course: Offered, it: Story, booking: str) -> None:
        series = self._series(course, "to come", takes=True)
        given = 2 + self.chance.below(19)
        it.enrolled = given + self._wait()
        at, booked = self._place(learner, course, it, series, booking, it.enrolled, given, waited=True)
        self._booking(learner, course, it, booking, series, "booked", offered=at, booked=booked)

    def _turned_down(self, learner: Learner, course: Offered, it: Story, booking: str, state: str) -> None:
        """They waited for one date, and said no to its place, or nothing: the enrolment ends."""
        series = self._series(course, "", takes=False)
        given = series.first + CANCEL_BY + 3 + self.chance.below(20)
        it.enrolled = given + self.chance.below(OPENS - CANCEL_BY - 23)  # the date was published by then
        at = self.days.at(given, "10:00")
        self._begin(learner, it, booking, it.enrolled, series.id)
        self._event(booking, series.id, at, "offered")
        happened(self.chance, self.sheets, it, at, "offered")
        self._end(learner, it, series, booking, state, given - 2)
        ended = self.days.at(given - 2, "13:00")
        self._booking(learner, course, it, booking, series, state, any_date=False, offered=at, ended=ended)

    def _wait(self) -> int:
        """Days: mostly weeks, now and then months."""
        return int((LONGEST + 1) * self.chance.random() ** 2)

    def _booking(
        self, learner: Learner, course: Offered, it: Story, booking: str, series: Series | None, state: str, *,
        any_date: bool = True, offered: str = NULL, booked: str = NULL, until: str = NULL, ended: str = NULL,
    ) -> None:  # fmt: skip
        """`any_date`: whichever came first, or the first that they asked for."""
        self.sheets.write(
            "booking", booking, it.id, learner.id, course.id, series.id if series else NULL, state,
            truth(any_date), learner.sector, "", self.days.at(it.enrolled, "09:00"), offered, until, booked, ended, "{}",
        )  # fmt: skip

    def _event(self, booking: str, series: str, at: str, kind: str, by: str = NULL, reason: str = NULL) -> None:
        self.sheets.write("booking_event", self.chance.new_id(), booking, series, at, kind, by, reason)

    def _series(self, course: Offered, which: str, *, takes: bool) -> Series:
        """One of those that are being filled. `which`: in Welsh, to come, or any other."""
        some = self.open.setdefault((course.id, which), [])
        while len(some) < self.side_by_side:
            some.append(self._plan(course, which))
        n = self.chance.below(len(some))
        it = some[n]
        if takes:
            it.room[0] -= 1
            if not it.room[0]:
                some.pop(n)
        return it

    def _plan(self, course: Offered, which: str) -> Series:
        """A date with room for as many as will come: most have some places left."""
        chance, days = self.chance, self.days
        come = which == "to come"
        first = -CANCEL_BY - 1 - chance.below(40) if come else 12 + chance.below(OLDEST)
        first = days.working(first)
        sittings = [Sitting(chance.new_id(), first)]
        if course.format == "blended":
            sittings.append(Sitting(chance.new_id(), days.working(first - 7)))
        capacity = 12 if which == "cy" else course.places
        filled = 1.0 if chance.random() < 0.25 else 0.6 + 0.4 * chance.random()
        spoken = "welsh" if which == "cy" else "bilingual" if chance.random() < 0.4 else "english"
        trainer, host = self.trainers[chance.below(len(self.trainers))], self.hosts[chance.below(len(self.hosts))]
        it = Series(chance.new_id(), tuple(sittings), spoken, trainer, [max(1, round(capacity * filled))])
        online = course.format == "virtual"
        self.sheets.write(
            "series", it.id, course.id, course.version, host.id, host.lineage, "published" if come else "held", spoken,
            "online" if online else "in_person",
            "Ar-lein / Online" if online else AREAS[chance.below(len(AREAS))],
            "" if online else "Ystafell 2 / Room 2", "https://meet.large.demo.llwybr.example/room" if online else "", "",
            str(capacity), NULL, days[first + OPENS], days[first + CLOSES], days[first + CANCEL_BY], "100", "t", "48", "0",
            days.at(first, "09:30"), days.at(it.last, "16:00"), days.at(first + OPENS, "09:00"),
            NULL if come else days.at(it.last, "16:30"),
        )  # fmt: skip
        for sitting in sittings:
            closed = (NULL, NULL) if come else (days.at(sitting.age, "16:30"), trainer)
            bounds = days.at(sitting.age, "09:30"), days.at(sitting.age, "16:00")
            self.sheets.write("series_meeting", sitting.id, it.id, *bounds, *closed)
        self.sheets.write("series_trainer", chance.new_id(), it.id, trainer)
        return it


def hosts(bodies: list[Body]) -> list[Body]:
    return [each for each in bodies if each.sector == "nhs"]
