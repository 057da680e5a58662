"""The sentence over a chart: what the shown figures say, never what the hidden ones do."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.core.language import N_

Shown = Sequence[tuple[str, int | None]]
"""(name, people or None when hidden); months in their order, others in any."""


@dataclass(frozen=True)
class Finding:
    """A msgid and what goes into it. `name` is already in the reader's language; `what` names the measure's clause."""

    sentence: str
    name: str = ""
    number: int = 0
    whole: int = 0
    share: int = 0


SENTENCES = {
    "accessed": {
        "nobody": N_("Nobody opened a course in this period"),
        "hidden": N_("Too few people opened a course to compare the groups"),
        "only": N_("Everyone who opened a course is in one group: %(name)s"),
        "most": N_("%(name)s: more than half of the people who opened a course (%(number)s of %(whole)s)"),
        "lead": N_("%(name)s: the most people who opened a course (%(number)s of %(whole)s)"),
        "largest": N_("%(name)s: the most people who opened a course (%(number)s)"),
        "even": N_("The largest groups have equally many people who opened a course (%(number)s)"),
        "peak": N_("Most people opened a course in %(name)s (%(number)s)"),
        "peaks": N_("At most %(number)s people opened a course in one month, last in %(name)s"),
    },
    "learned": {
        "nobody": N_("Nobody finished the e-learning of a course in this period"),
        "hidden": N_("Too few people finished the e-learning of a course to compare the groups"),
        "only": N_("Everyone who finished the e-learning of a course is in one group: %(name)s"),
        "most": N_("%(name)s: more than half of the people who finished the e-learning (%(number)s of %(whole)s)"),
        "lead": N_("%(name)s: the most people who finished the e-learning (%(number)s of %(whole)s)"),
        "largest": N_("%(name)s: the most people who finished the e-learning (%(number)s)"),
        "even": N_("The largest groups have equally many people who finished the e-learning (%(number)s)"),
        "peak": N_("Most people finished the e-learning in %(name)s (%(number)s)"),
        "peaks": N_("At most %(number)s people finished the e-learning in one month, last in %(name)s"),
    },
    "enrolled": {
        "nobody": N_("Nobody enrolled in this period"),
        "hidden": N_("Too few people enrolled to compare the groups"),
        "only": N_("Everyone who enrolled is in one group: %(name)s"),
        "most": N_("%(name)s: more than half of the people who enrolled (%(number)s of %(whole)s)"),
        "lead": N_("%(name)s: the most people who enrolled (%(number)s of %(whole)s)"),
        "largest": N_("%(name)s: the most people who enrolled (%(number)s)"),
        "even": N_("The largest groups have equally many people who enrolled (%(number)s)"),
        "peak": N_("Most people enrolled in %(name)s (%(number)s)"),
        "peaks": N_("At most %(number)s people enrolled in one month, last in %(name)s"),
    },
    "active": {
        "nobody": N_("Nobody is active"),
        "hidden": N_("Too few people are active to compare the groups"),
        "only": N_("Everyone who is active is in one group: %(name)s"),
        "most": N_("%(name)s: more than half of the people who are active (%(number)s of %(whole)s)"),
        "lead": N_("%(name)s: the most people who are active (%(number)s of %(whole)s)"),
        "largest": N_("%(name)s: the most people who are active (%(number)s)"),
        "even": N_("The largest groups have equally many people who are active (%(number)s)"),
        "peak": N_("%(number)s people are active at the end of the period"),
        "peaks": N_("%(number)s people are active at the end of the period"),
    },
    "completed": {
        "nobody": N_("Nobody completed training in this period"),
        "hidden": N_("Too few people completed training to compare the groups"),
        "only": N_("Everyone who completed training is in one group: %(name)s"),
        "most": N_("%(name)s: more than half of the people who completed training (%(number)s of %(whole)s)"),
        "lead": N_("%(name)s: the most people who completed training (%(number)s of %(whole)s)"),
        "largest": N_("%(name)s: the most people who completed training (%(number)s)"),
        "even": N_("The largest groups have equally many people who completed training (%(number)s)"),
        "peak": N_("Most people completed training in %(name)s (%(number)s)"),
        "peaks": N_("At most %(number)s people completed training in one month, last in %(name)s"),
    },
    "certified": {
        "nobody": N_("Nobody was awarded a certificate in this period"),
        "hidden": N_("Too few people were awarded a certificate to compare the groups"),
        "only": N_("Everyone who was awarded a certificate is in one group: %(name)s"),
        "most": N_("%(name)s: more than half of the people who were awarded a certificate (%(number)s of %(whole)s)"),
        "lead": N_("%(name)s: the most people who were awarded a certificate (%(number)s of %(whole)s)"),
        "largest": N_("%(name)s: the most people who were awarded a certificate (%(number)s)"),
        "even": N_("The largest groups have equally many people who were awarded a certificate (%(number)s)"),
        "peak": N_("Most people were awarded a certificate in %(name)s (%(number)s)"),
        "peaks": N_("At most %(number)s people were awarded a certificate in one month, last in %(name)s"),
    },
}


def finding(measure: str, shown: Shown, total: int | None, *, in_time: bool) -> Finding:
    """What to say of these groups; `in_time`: they are months."""
    words = SENTENCES[measure]
    if total == 0:
        return Finding(words["nobody"])
    known = sorted(((number, name) for name, number in shown if number), reverse=True)
    if not known:
        return Finding(words["hidden"])
    number, name = known[0]
    if in_time:
        highest = [month for month, count in shown if count == number]
        return Finding(words["peaks" if len(highest) > 1 else "peak"], highest[-1], number)
    if len(known) == 1 and number == total and all(count == 0 for other, count in shown if other != name):
        return Finding(words["only"], name, number, total)
    if len(known) > 1 and known[1][0] == number:
        return Finding(words["even"], name, number)
    if total is None:
        return Finding(words["largest"], name, number)
    return Finding(words["most" if number * 2 > total else "lead"], name, number, total)
