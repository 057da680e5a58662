"""HTML routes. A route that does not say what it needs cannot be written."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError, validate_csrf
from markupsafe import Markup
from wtforms.validators import ValidationError as CsrfFault

from lms.core import audit
from lms.core.db import transaction
from lms.core.errors import Unauthenticated
from lms.core.permissions import Actor, Permission
from lms.core.web import edge, flashes, kept, submissions

View = Callable[..., Any]
Methods = str | tuple[str, ...]


class Redirect:
    """Go there, with GET (303). `endpoint` such as "catalogue.course", or a path; `flash` is a translated sentence."""

    def __init__(self, endpoint: str, *, flash: str | None = None, **values: Any) -> None:
        self.url = endpoint if endpoint.startswith("/") else url_for(endpoint, **values)
        self.flash = flash
        if flash:
            flashes.add(flash)


class Pages(Blueprint):
    """Pages of a room, in both languages: `/en/…` and `/cy/…`. Pass `languages=False` for addresses without a prefix."""

    def __init__(self, name: str, import_name: str, *, languages: bool = True, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self.prefix = "/<any(en,cy):lang>" if languages else ""

    def route(self, rule: str, **options: Any) -> Any:
        raise TypeError(f"{rule}: use .page(…, needs=…)")

    def page(
        self,
        method: Methods,
        rule: str,
        *,
        needs: Permission,
        template: str | None = None,
        keeps: bool = True,
        largest: str | None = None,
    ) -> Callable[[View], View]:
        """Declare a page. The view takes the actor and the address's parts and returns

        a dict for the template, (dict, status), a Redirect, or a Response. `keeps` False: what was typed here is not
        kept across a sign-in (passwords). `largest` names the setting of how many bytes may be sent here, for pages that take
        more than others: who may not be here is turned away before they are read.
        """
        methods = [method] if isinstance(method, str) else list(method)

        def declare(view: View) -> View:
            @wraps(view)
            def run(**path: Any) -> Response:
                path.pop("lang", None)
                if request.method == "POST":
                    if largest is not None:
                        with transaction():
                            edge.admit(needs)
                        request.max_content_length = current_app.config[largest]
                    _check_token(keeps)
                with audit.acting_from(edge.origin()), transaction():
                    try:
                        actor = edge.admit(needs)
                    except Unauthenticated:
                        if request.method == "POST" and keeps:
                            kept.keep()
                        raise
                    once = request.form.get("once", "") if request.method == "POST" else ""
                    if once and (before := submissions.earlier_answer(actor, once)):
                        return before
                    given = view(actor, **path)
                    answer = _answer(given, template)
                    if once and answer.status_code == 303:
                        submissions.remember_answer(actor, once, answer, getattr(given, "flash", None))
                    return answer

            run.needs = needs  # type: ignore[attr-defined]
            self.add_url_rule(self.prefix + rule, view_func=run, methods=methods)
            return view

        return declare


def _check_token(keeps: bool) -> None:
    try:
        validate_csrf(request.form.get("csrf_token"))
    except (CsrfFault, CSRFError) as fault:
        if keeps:
            kept.keep()
        raise TokenExpired() from fault


class TokenExpired(Exception):
    """The form's token is missing, forged or too old. Answered by showing the page again with what was typed."""


def _answer(given: Any, template: str | None) -> Response:
    if isinstance(given, Redirect):
        return redirect(given.url, 303)  # type: ignore[return-value]
    if isinstance(given, Response):
        return given
    context, status = given if isinstance(given, tuple) else (given, 200)
    if template is None or not isinstance(context, Mapping):
        raise TypeError("A page needs a template and a mapping for it")
    answer = make_response(render_template(template, **context), status)
    answer.headers.setdefault("Cache-Control", "private, no-cache")
    answer.headers["Content-Language"] = g.lang
    return answer


def fragment(template: str, macro: str, *given: Any) -> Markup:
    """What a macro makes: for parts of a page that are kept (`lms.core.reference`)."""
    parts = current_app.jinja_env.get_template(template).module
    made: Markup = getattr(parts, macro)(*given)
    return made


def actor_language(actor: Actor) -> str:
    """The language of the page, or else the actor's own."""
    language: str = g.get("lang") or actor.language
    return language
