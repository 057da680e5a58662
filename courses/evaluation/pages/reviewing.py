"""Reviewing: what learners wrote, before anybody else reads it."""

from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _

from courses.evaluation import services
from courses.evaluation.forms import questions
from courses.evaluation.models import EvaluationText, RejectReason
from courses.evaluation.rules import ENOUGH, LONGEST
from courses.evaluation.schemas import RedactForm, RejectForm
from courses.portfolios.identifiers import findings
from courses.portfolios.pages.words import finding_name
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import Page, page_of
from lms.core.web.refusals import attempt

pages = Pages("evaluation_texts", "courses.evaluation", template_folder="templates")

REVIEW = Permission.EVALUATION_REVIEW
PAGE = 20
REASONS = {
    RejectReason.IDENTIFIES: N_("Somebody can be recognised, even with words taken out"),
    RejectReason.ABUSIVE: N_("It insults or threatens somebody"),
    RejectReason.NOT_THE_COURSE: N_("It is not about the course"),
    RejectReason.NO_CONTENT: N_("It says nothing, such as “n/a”"),
}


@pages.page("GET", "/manage/evaluation", needs=REVIEW, template="evaluation/texts.html")
def listed(actor: Actor) -> dict[str, Any]:
    """Everything that waits for me, with a button that releases it."""
    page: Page[EvaluationText] = page_of(
        services.to_review(actor), request.args.get("cursor"), PAGE, key=(EvaluationText.id,)
    )
    return {
        "texts": [(it, title_of(it), question_of(it), findings(it.text)) for it in page.items], "enough": ENOUGH,
        "finding_name": finding_name, "next_url": url_for(".listed", cursor=page.next) if page.next else None,
    }  # fmt: skip


@pages.page("POST", "/manage/evaluation/<uuid:text_id>/release", needs=REVIEW)
def release(actor: Actor, text_id: UUID) -> Redirect:
    """As it was written."""
    services.release(actor, text_id)
    return Redirect(".listed", flash=_("It is released."))


@pages.page(("GET", "POST"), "/manage/evaluation/<uuid:text_id>", needs=REVIEW, template="evaluation/text.html")
def one(actor: Actor, text_id: UUID) -> Any:
    """Take words out, or reject the whole with a reason."""
    it = services.text_at(actor, text_id)
    shown = {
        "it": it, "course": title_of(it), "question": question_of(it), "found": findings(it.text), "longest": LONGEST,
        "reasons": [(reason.value, _(words)) for reason, words in REASONS.items()], "finding_name": finding_name,
    }  # fmt: skip
    if request.method == "GET":
        return shown | {"form": forms.start(RedactForm, {"text": it.text})}
    rejects = request.form.get("decision") == "reject"
    form, status = forms.read(RejectForm if rejects else RedactForm, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            if rejects:
                services.reject(actor, it.id, RejectReason(form.data["reason"]))
            else:
                services.redact(actor, it.id, form.data["text"])
        status = tried.status
    if form.ok:
        done = _("It is rejected, and its words are deleted.") if rejects else _("It is released without those words.")
        return Redirect(".listed", flash=done)
    form.values.setdefault("text", it.text)
    return shown | {"form": form}, status


def title_of(it: EvaluationText) -> Bilingual:
    return it.course.published.title if it.course.published else Bilingual(it.course.code, it.course.code)


def question_of(it: EvaluationText) -> str:
    known = questions().get((it.form, it.question))
    return known.title.in_(g.lang) if known else it.question
