"""What my work needs, where I am, and learning that fits, with the reason for each."""

from typing import Any

from flask import g

from courses.plans import views
from courses.plans.pages.blueprint import pages
from frameworks.assessment import words
from frameworks.assessment.rules import Reach
from frameworks.assessment.views import Assessment
from lms.core.permissions import Actor, Permission


@pages.page("GET", "/plan/gaps/<code>", needs=Permission.PLAN_READ, template="plans/gaps.html")
def gaps(actor: Actor, code: str) -> dict[str, Any]:
    """By domain: what is asked, where I am, what counts as evidence; then courses, with the reason for each."""
    found = views.gaps(actor, code, g.lang)
    return {
        "it": found.it, "suggestions": found.suggestions, "words": words, "Reach": Reach, "rows": _rows(found.it),
        "wordings": {line.statement.code: line.statement.wording for line in found.it.gaps},
        "of_domain": {line.statement.code: line.statement.domain for line in found.it.gaps},
    }  # fmt: skip


def _rows(it: Assessment) -> list[dict[str, Any]]:
    """A domain that the person's work asks for, with the statements that are still open, and what is linked as evidence."""
    rows = []
    for domain in it.outline.domains:
        level = it.level_in(domain.code)
        if level is None or it.reaches[domain.code] is Reach.NOT_NEEDED:
            continue
        lines = [line for line in it.of_domain(domain.code) if line.needed]
        evidence = sum(len(line.row.rating.evidence) for line in lines if line.row)
        rows.append(
            {
                "domain": domain, "level": level, "reach": it.reaches[domain.code], "evidence": evidence,
                "open": [line for line in lines if not line.met],
                "confirmed": sum(line.row is not None and line.row.state.value == "confirmed" for line in lines if line.held),
            }
        )  # fmt: skip
    return rows
