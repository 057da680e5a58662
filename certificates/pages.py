"""Pages: my record, the award, its public check, and the organiser's view."""

from typing import Any
from uuid import UUID

from flask import Response, g, jsonify, make_response, render_template, request, url_for
from flask_babel import gettext as _

from certificates import queries, services, wording
from certificates.address import of as address_of
from certificates.approvals.queries import has_some as has_approvals
from certificates.attendance.queries import how_many as doubts_in
from certificates.attendance.queries import open_of as open_doubt
from certificates.drawing import EDITIONS, PDF
from certificates.errors import NameNotPrintable, NoSuchCertificate
from certificates.models import Award
from certificates.rules import (
    REVOKES,
    SUSPENDS,
    NameVisibility,
    RevocationReason,
    State,
    Wait,
    read_code,
    shown_name,
)
from certificates.schemas import (
    CodeIn,
    FindIn,
    LiftIn,
    ReissueIn,
    RevocationIn,
    SuspensionIn,
    VerificationOut,
    VisibilityIn,
    both,
    shown_award,
    shown_check,
    shown_log,
)
from certificates.wallet import linkedin
from courses.cpd.queries import entry_of_course as cpd_entry_of
from lms.core import clock
from lms.core.errors import NotFound
from lms.core.language import LANGUAGES
from lms.core.permissions import Actor, Permission
from lms.core.web import edge, forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

TEMPLATES = "templates"
record_pages = Pages("record", __name__, template_folder=TEMPLATES)
verify_pages = Pages("verify", __name__, template_folder=TEMPLATES)
public_pages = Pages("verification", __name__, template_folder=TEMPLATES, languages=False)
manage_pages = Pages("awards", __name__, template_folder=TEMPLATES)

COLOURS = {
    State.ACTIVE: "green",
    State.EXPIRED: "yellow",
    State.SUPERSEDED: "grey",
    State.SUSPENDED: "orange",
    State.REVOKED: "red",
    State.ALTERED: "red",
}
PAGE = 25


def shown_row(award: Award) -> dict[str, Any]:
    """An award as lists show it."""
    standing = queries.standing_of(award, clock.today())
    return {
        "award": award,
        "course": both(award, "course"),
        "title": both(award, "title"),
        "standing": standing,
        "label": wording.STATES[standing.state],
        "colour": COLOURS[standing.state],
        "downloadable": standing.state in (State.ACTIVE, State.EXPIRED),
    }


@record_pages.page("GET", "/record", needs=Permission.AWARD_READ, template="certificates/record.html")
def record(actor: Actor) -> dict[str, Any]:
    assert actor.person is not None
    page = page_of(
        queries.awards_of(actor.person), request.args.get("cursor"), PAGE, key=(Award.issued_on, Award.id),
        descending=True,
    )  # fmt: skip
    first = "cursor" not in request.args
    approved, manages_approved = has_approvals(actor)
    return {
        "approved": approved,
        "manages_approved": manages_approved,
        "rows": [shown_row(award) for award in page.items],
        "waiting": services.reasons_to_wait(actor, actor.person) if first else [],
        "Wait": Wait,
        "next_url": url_for("record.record", cursor=page.next) if page.next else None,
    }


@record_pages.page("POST", "/record/<uuid:enrolment_id>/claim", needs=Permission.AWARD_CLAIM)
def claim(actor: Actor, enrolment_id: UUID) -> Redirect:
    """Ask again for a certificate that was held back, once what was in the way is mended."""
    issued = services.award_if_due(actor, enrolment_id)
    if issued is None:
        return Redirect("record.record", flash=_("The certificate is still waiting. Below is what it waits for."))
    return Redirect("record.award", number=issued.number, flash=_("Your certificate has been issued."))


@record_pages.page("GET", "/record/<number>", needs=Permission.AWARD_READ, template="certificates/award.html")
def award(actor: Actor, number: str) -> dict[str, Any]:
    found = services.award(actor, number)
    row, mine = shown_row(found), actor.person == found.learner_id
    looks_after = actor.may(Permission.AWARD_REVOKE, about=found.learner_id, at=found.organisation_lineage)
    return row | {
        "mine": mine,
        "may_manage": looks_after and row["standing"].state in (State.ACTIVE, State.EXPIRED, State.SUSPENDED),
        "doubt": open_doubt(found.id) if looks_after else None,
        "log": shown_log(found, whole=looks_after),
        "happened": wording.HAPPENED,
        "reasons": wording.REASONS,
        "cpd": cpd_entry_of(found.learner_id, found.enrolment_id) if mine and found.enrolment_id else None,
        "profile_url": linkedin.add_to_profile(found, g.lang),
        "after": queries.what_came_after(found.id),
        "status": shown_award(found)["status"],
        "printed": found.snapshot[g.lang],
        "editions": EDITIONS,
        "address": address_of(found.code),
        "checked": queries.times_checked(found.id),
        "visibility": wording.VISIBILITIES[found.name_visibility],
    }


@record_pages.page("GET", "/record/<number>/certificate-<any(en,cy,both):edition>.pdf", needs=Permission.AWARD_READ)
def certificate(actor: Actor, number: str, edition: str) -> Response:
    found = services.award(actor, number)
    return Response(
        services.certificate(actor, found, edition), mimetype=PDF,
        headers={
            "Content-Disposition": f'attachment; filename="{found.number}-{edition}.pdf"',
            "Cache-Control": "private, no-cache",
        },
    )  # fmt: skip


@record_pages.page(
    ("GET", "POST"), "/record/<number>/name", needs=Permission.AWARD_SHARE, template="certificates/name.html"
)
def name(actor: Actor, number: str) -> Any:
    found = services.award(actor, number)
    actor.require_or_hide(Permission.AWARD_SHARE, about=found.learner_id)
    if request.method == "POST":
        form = forms.read(VisibilityIn, request.form)
        if form.ok:
            services.choose_visibility(actor, found, NameVisibility(form.data["name_visibility"]))
            return Redirect("record.award", number=found.number, flash=_("Your choice has been saved."))
    else:
        form = forms.start(VisibilityIn, {"name_visibility": found.name_visibility.value})
    shown = {each: shown_name(found.snapshot["en"]["holder"], each) for each in NameVisibility}
    context = {"form": form, "award": found, "choices": wording.VISIBILITIES, "shown": shown}
    return context, 200 if form.ok else 422


@verify_pages.page(("GET", "POST"), "/verify", needs=Permission.CERTIFICATE_VERIFY, template="certificates/verify.html")
def form(actor: Actor) -> Any:
    """Two ways in: the code, by GET; or number, surname and date."""
    if request.method == "POST":
        typed = forms.read(FindIn, request.form)
        if typed.ok:
            try:
                return Redirect("verify.check", code=services.find(actor, origin=edge.origin(), **typed.data))
            except NoSuchCertificate:
                typed.refuse("number", _("We have no certificate with this number, surname and date together"))
        return {"form": typed}, 422
    if "code" in request.args:
        typed = forms.read(CodeIn, request.args)
        if typed.ok and (code := read_code(typed.data["code"])):
            return Redirect("verify.check", code=code)
        if typed.ok:
            typed.refuse("code", _("This is not a whole code. It has four groups of five letters and figures."))
        return {"form": typed}, 422
    return {"form": forms.start(FindIn)}


@verify_pages.page("GET", "/v/<code>", needs=Permission.CERTIFICATE_VERIFY)
def check(actor: Actor, code: str) -> Response:
    return _checked(actor, code)


@public_pages.page("GET", "/v/<code>", needs=Permission.CERTIFICATE_VERIFY)
def found(actor: Actor, code: str) -> Any:
    """The printed address. Whoever asks for JSON gets JSON; everyone else a page in the language they prefer."""
    if request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html") == "application/json":
        try:
            return _as_json(actor, code)
        except NotFound:
            return Redirect("verification.found_as_json", code=code)  # where a refusal is said in JSON
    g.lang = request.accept_languages.best_match(LANGUAGES, "en")
    return _checked(actor, code)


@public_pages.page("GET", "/v/<code>.json", needs=Permission.CERTIFICATE_VERIFY)
def found_as_json(actor: Actor, code: str) -> Response:
    return _as_json(actor, code)


def _checked(actor: Actor, code: str) -> Response:
    it = _seen(actor, code)
    other = "en" if g.lang == "cy" else "cy"
    share = request.args.get("share") if it.shared else None
    page = render_template(
        "certificates/check.html",
        it=it,
        status=shown_check(it)["status"],
        active=it.standing.state is State.ACTIVE,
        printed=it.snapshot.printed(g.lang),
        digests=" ".join(queries.digests_of(it.award.id)),
        switch_url=url_for("verify.check", lang=other, code=it.award.code, share=share),
        json_url=url_for("verification.found_as_json", code=it.award.code, share=share),
        compare_url=url_for("checking.compare", code=it.award.code, share=share),
    )
    answer = _public(make_response(page))
    answer.headers["Content-Language"] = g.lang
    return answer


def _seen(actor: Actor, code: str) -> services.Checked:
    return services.check(actor, code, edge.origin(), request.args.get("share", "")[:100])


def _as_json(actor: Actor, code: str) -> Response:
    return _public(jsonify(VerificationOut().dump(shown_check(_seen(actor, code)))))


def _public(answer: Response) -> Response:
    """Open to all, found by nobody: not in search engines, not in caches."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Vary"] = "Accept, Accept-Language"
    return answer


@manage_pages.page("GET", "/manage/awards", needs=Permission.AWARD_REVOKE, template="certificates/awards.html")
def awards(actor: Actor) -> dict[str, Any]:
    words = request.args.get("q", "").strip()[:100]
    found = queries.awards_in(actor.reach(Permission.AWARD_REVOKE))
    if words:
        found = queries.matching(found, words)
    page = page_of(found, request.args.get("cursor"), PAGE, key=(Award.issued_on, Award.id), descending=True)
    return {
        "rows": [shown_row(award) for award in page.items],
        "words": words,
        "doubts": doubts_in(actor.reach(Permission.AWARD_REVOKE)),
        "next_url": url_for("awards.awards", q=words or None, cursor=page.next) if page.next else None,
    }


def _managed(actor: Actor, number: str) -> Award:
    found = services.award(actor, number)
    actor.require_or_hide(Permission.AWARD_REVOKE, about=found.learner_id, at=found.organisation_lineage)
    return found


@manage_pages.page(
    ("GET", "POST"), "/manage/awards/<number>/revocation", needs=Permission.AWARD_REVOKE,
    template="certificates/revocation.html",
)  # fmt: skip
def revocation(actor: Actor, number: str) -> Any:
    """Reason and note, then check, then done: it cannot be undone."""
    found = _managed(actor, number)
    reasons = {each: wording.REASONS[each] for each in REVOKES}
    context = {"award": found, "course": both(found, "course"), "reasons": reasons, "checking": False}
    if request.method == "GET":
        return context | {"form": forms.start(RevocationIn)}
    typed = forms.read(RevocationIn, request.form)
    step = request.form.get("step")
    if not typed.ok or step == "change":
        return context | {"form": typed}, 200 if typed.ok else 422
    if step != "revoke":
        reason = wording.REASONS[RevocationReason(typed.data["reason"])]
        return context | {"form": typed, "checking": True, "reason": reason}
    services.revoke(actor, found.id, RevocationReason(typed.data["reason"]), typed.data["note"])
    return Redirect("record.award", number=found.number, flash=_("The certificate has been revoked."))


@manage_pages.page(
    ("GET", "POST"), "/manage/awards/<number>/suspension", needs=Permission.AWARD_REVOKE,
    template="certificates/suspension.html",
)  # fmt: skip
def suspension(actor: Actor, number: str) -> Any:
    """Suspend, or take up again what is suspended: each says why, for the record."""
    found = _managed(actor, number)
    suspended = queries.standing_of(found, clock.today()).state is State.SUSPENDED
    shape = LiftIn if suspended else SuspensionIn
    form = forms.start(shape)
    if request.method == "POST":
        form = forms.read(shape, request.form)
        if form.ok and suspended:
            services.lift(actor, found.id, form.data["note"])
            return Redirect("record.award", number=found.number, flash=_("The certificate counts again."))
        if form.ok:
            services.suspend(actor, found.id, RevocationReason(form.data["reason"]), form.data["note"])
            return Redirect("record.award", number=found.number, flash=_("The certificate is suspended."))
    context = {
        "award": found, "course": both(found, "course"), "form": form, "suspended": suspended,
        "reasons": {each: wording.REASONS[each] for each in SUSPENDS},
    }  # fmt: skip
    return context, 200 if form.ok else 422


@manage_pages.page(
    ("GET", "POST"), "/manage/awards/<number>/reissue", needs=Permission.AWARD_REVOKE,
    template="certificates/reissue.html",
)  # fmt: skip
def reissue(actor: Actor, number: str) -> Any:
    """Issue again where the name was wrong; the old one says that it is replaced."""
    found = _managed(actor, number)
    form = forms.start(ReissueIn, {"name": found.snapshot["en"]["holder"]})
    if request.method == "POST":
        form = forms.read(ReissueIn, request.form)
        if form.ok:
            try:
                new = services.reissue(actor, found.id, RevocationReason.WRONG_DETAILS, form.data["name"])
                return Redirect("record.award", number=new.number, flash=_("A new certificate has been issued."))
            except NameNotPrintable as refused:
                form.refuse("name", _(refused.title))
    return {"award": found, "course": both(found, "course"), "form": form}, 200 if form.ok else 422
