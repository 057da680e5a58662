"""Who was asked how a course was and what became of it, and what those who answered said: counted, as answers are."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy import text

from courses.evaluation import rules, summing
from courses.evaluation.forms import Which, newest
from courses.evaluation.models import InvitationState
from lms.core.db import db
from lms.demonstration import evaluations
from lms.demonstration.large.enrolments import Offered, Story
from lms.demonstration.large.people import Learner
from lms.demonstration.large.sheets import NULL, Days, Seeded, Sheets

ASKED_SINCE, LATER = 365, 91
"""Days for which anybody has been asked; days after the course on which they are asked again."""
ANSWERS = {Which.AFTER: 0.2, Which.LATER: 0.15}
"""How many of those who are asked answer."""
DECLINES = 0.03
DIFFERENT = 400
"""Answers that differ; what comes after is one of them again."""
COLUMNS = "month, course_id, version, form, edition, body, sector, item, value"
Place = tuple[str, str, str, str, str, str]
"""Month, course, version, questionnaire, body, sector: of what is counted together."""


class Answers:
    def __init__(self, chance: Seeded, sheets: Sheets, days: Days) -> None:
        self.chance, self.sheets, self.days = chance, sheets, days
        self.known: dict[Which, Sequence[Sequence[rules.Counter]]] = {
            form: [rules.counted(newest(form), evaluations.said(chance, form)) for _ in range(DIFFERENT)]
            for form in Which
        }
        self.counted: dict[Place, Counter[rules.Counter]] = defaultdict(Counter)
        db.session.execute(
            text("CREATE TEMPORARY TABLE evaluation_said (LIKE evaluation_tally) ON COMMIT DROP")
        )  # fmt: skip

    def ask(self, learner: Learner, course: Offered, it: Story) -> None:
        """Just after the course, and three months later, as far as that day has come."""
        if it.completed is None or it.completed > ASKED_SINCE:
            return
        for form, age in ((Which.AFTER, it.completed), (Which.LATER, it.completed - LATER)):
            if age >= 1:
                self._invite(learner, course, it, form, age)

    def _invite(self, learner: Learner, course: Offered, it: Story, form: Which, age: int) -> None:
        made_on, fate = self.days.date(age), self.chance.random()
        state = InvitationState.OPEN
        if fate < ANSWERS[form]:
            state = InvitationState.ANSWERED
            place = (
                made_on.replace(day=1).isoformat(), course.id, str(course.number), form.value, learner.body, learner.sector
            )  # fmt: skip
            said = self.known[form][self.chance.below(DIFFERENT)]
            self.counted[place].update([*said, ("language", it.language)])
        elif fate > 1 - DECLINES:
            state = InvitationState.DECLINED
        reminds = state is InvitationState.OPEN and age >= rules.REMINDED_AFTER.days
        self.sheets.write(
            "evaluation_invitation", self.chance.new_id(), it.id, form.value, course.id, str(course.number), learner.sector,
            learner.body, self.days[age], (made_on + rules.OPEN).isoformat(),
            (made_on + rules.REMINDED_AFTER).isoformat() if reminds else NULL, state.value,
        )  # fmt: skip

    def count(self) -> None:
        """Everything that was said, into the counters and their sums."""
        for (month, course, version, form, body, sector), items in self.counted.items():
            edition = str(newest(Which(form)).edition)
            for (item, value), n in items.items():
                self.sheets.write(
                    "evaluation_said", month, course, version, form, edition, body, sector, item, value, str(n)
                )  # fmt: skip
        self.sheets.copy()
        db.session.execute(
            text(
                f"INSERT INTO evaluation_tally ({COLUMNS}, n) SELECT {COLUMNS}, n FROM evaluation_said"
                f" ORDER BY {COLUMNS} ON CONFLICT ON CONSTRAINT pk_evaluation_tally"
                " DO UPDATE SET n = evaluation_tally.n + excluded.n"
            )
        )
        summing.fold()
        summing.put_right()
