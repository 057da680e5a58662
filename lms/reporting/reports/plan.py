"""The plan-action evidence pack: 7 themes and 33 actions, what the records show for each, and the rating by a stated rule."""

from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, groups, queries
from lms.reporting.models import Baseline, BaselineUse
from lms.reporting.queries import Dimension
from lms.reporting.reports.report import NOT_KNOWN, Answer, Column, Report, Row, Sheet, Value
from lms.reporting.rules import disclosure
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.services import Asked, view

FILE = Path(__file__).parents[1] / "data" / "plan.yaml"
RATINGS = {
    "green": Bilingual("Green", "Gwyrdd"),
    "amber": Bilingual("Amber", "Oren"),
    "red": Bilingual("Red", "Coch"),
    None: Bilingual("Unknown", "Anhysbys"),
}
USES = {
    "direct": Bilingual("Direct", "Uniongyrchol"),
    "indirect": Bilingual("Indirect", "Anuniongyrchol"),
    "none": Bilingual("None", "Dim"),
}


@cache
def plan() -> dict[str, Any]:
    """The plan as the file has it: themes, and actions with their outputs."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def rating(actual: int | None, target: float | None) -> str | None:
    """Green: the target is met; amber: at least half of it; red: less. Unknown where either is unknown or hidden."""
    if actual is None or not target:
        return None
    return "green" if actual >= target else "amber" if actual * 2 >= target else "red"


def run(actor: Actor, asked: Asked) -> Answer:
    seen = view(actor, asked)
    counts = queries.by(seen.filters, Dimension.COURSE, ("enrolled", "completed"), ())
    ids = {code: str(id) for id, (code, _, _) in groups.courses().items()}
    figures = queries.baselines()
    sheets = []
    for theme in plan()["themes"]:
        rows = []
        for action in (each for each in plan()["actions"] if each["theme"] == theme["n"]):
            patterns = action.get("courses", [])
            chosen = [id for code, id in ids.items() if any(fnmatch(code, pattern) for pattern in patterns)]
            known = [sum(counts.get((id, kind), 0) for id in chosen) for kind in ("enrolled", "completed")]
            started, done = known if seen.exact else [disclosure.alone(number) for number in known]
            evidence: tuple[Value, ...] = (started, done) if patterns else (NOT_KNOWN, NOT_KNOWN)
            target, baseline = (
                _figure(figures, patterns, BaselineUse.TARGET),
                _figure(figures, patterns, BaselineUse.REPRODUCE),
            )
            aim = float(target.value) if target is not None and target.value is not None else None
            rows.append(
                Row(
                    str(action["n"]),
                    Bilingual(f"{action['n']}. {action['title']['en']}", f"{action['n']}. {action['title']['cy']}"),
                    (
                        USES[action["uptake"]],
                        *evidence,
                        _said(baseline),
                        _said(target),
                        RATINGS[rating(done if patterns else None, aim)],
                    ),
                )
            )
        title = Bilingual(f"Theme {theme['n']}: {theme['title']['en']}", f"Thema {theme['n']}: {theme['title']['cy']}")
        sheets.append(
            Sheet(
                key=f"theme-{theme['n']}",
                title=title,
                heading=Bilingual("Action", "Cam gweithredu"),
                columns=COLUMNS,
                rows=rows,
            )
        )
    direct = sum(each["uptake"] == "direct" for each in plan()["actions"])
    finding = Bilingual(
        f"Training records give direct evidence for {direct} of {len(plan()['actions'])} actions",
        f"Mae cofnodion hyfforddi'n rhoi tystiolaeth uniongyrchol ar gyfer {direct} o {len(plan()['actions'])} o gamau",
    )
    return Answer(finding=finding, sheets=tuple(sheets), **asking.made(REPORT, seen, asked))


def _figure(figures: list[Baseline], patterns: list[str], use: BaselineUse) -> Baseline | None:
    """The first published figure of that use about these courses."""
    return next(
        (
            each
            for each in figures
            if each.use is use
            and each.value is not None
            and any(
                fnmatch(about, pattern) or fnmatch(pattern, about) for about in each.applies_to for pattern in patterns
            )
        ),
        None,
    )


def _said(figure: Baseline | None) -> Value:
    if figure is None:
        return NOT_KNOWN
    return Bilingual(
        f"{figure.value:g} {figure.unit.en} ({figure.source})", f"{figure.value:g} {figure.unit.cy} ({figure.source})"
    )


COLUMNS = (
    Column("evidence", Bilingual("Evidence from training", "Tystiolaeth o hyfforddiant"), "text"),
    Column("enrolled", Bilingual("Enrolments, by course and person", "Cofrestriadau, yn ôl cwrs a pherson")),
    Column("completed", Bilingual("Completions, by course and person", "Cwblhau, yn ôl cwrs a pherson")),
    Column("published", Bilingual("Published figure", "Ffigur cyhoeddedig"), "text"),
    Column("target", Bilingual("Target", "Targed"), "text"),
    Column("rating", Bilingual("Rating", "Sgôr"), "text"),
)
REPORT = Report(
    id="PLAN-1",
    version=1,
    slug="plan",
    run=run,
    actions=tuple(range(1, 34)),
    title=Bilingual("Evidence for the workforce plan", "Tystiolaeth ar gyfer cynllun y gweithlu"),
    words=Bilingual(
        "What training records show for each of the 33 actions of the Strategic Mental Health Workforce Plan. Rating: "
        "green where completions reach the published target, amber from half of it, red below. Where there is no target, "
        "or a figure is hidden, the rating is unknown and stays so. It is not the rating of the plan's own review. A "
        "person counts once for each course.",
        "Yr hyn y mae cofnodion hyfforddi'n ei ddangos ar gyfer pob un o 33 cam Cynllun Strategol y Gweithlu Iechyd "
        "Meddwl. Sgôr: gwyrdd lle mae'r nifer a gwblhaodd yn cyrraedd y targed cyhoeddedig, oren o'i hanner, coch "
        "islaw. Lle nad oes targed, neu lle mae ffigur wedi'i guddio, mae'r sgôr yn anhysbys ac yn aros felly. Nid sgôr "
        "adolygiad y cynllun ei hun mohoni. Mae person yn cyfrif unwaith ar gyfer pob cwrs.",
    ),
    definitions=(BY_ID["UPTAKE-ENROLLED"], BY_ID["UPTAKE-COMPLETED"]),
    filters=("organisation", "from", "to"),
)
