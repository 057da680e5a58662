"""What every page shares: languages, assets, security headers, and the context that the layout needs."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from babel.dates import format_date as babel_date
from flask import Flask, Response, current_app, g, request, url_for
from flask_babel import Babel, format_date, format_datetime, format_decimal, get_domain, get_locale, ngettext
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup, escape
from whitenoise import WhiteNoise

from lms.core.clock import LONDON
from lms.core.language import LANGUAGES, Bilingual
from lms.core.permissions import Actor
from lms.core.web import edge, flashes

STATIC = Path(__file__).parent / "static"
ROOMS = ("lms/core", "lms/accounts", "lms/xapi", "lms/reporting", "lms/portal", "frameworks", "courses", "certificates")
ROOT = Path(__file__).parents[3]

CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'",
    "connect-src 'self'", "manifest-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
))  # fmt: skip

Navigation = Callable[[Actor], list[dict[str, Any]]]


def init_app(app: Flask, navigation: Navigation, footer: Callable[[], list[dict[str, Any]]]) -> None:
    """Set the pages up. `navigation` gives the entries for an actor: {label, url, current}."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config.update(
        BABEL_DEFAULT_LOCALE="en_GB",
        BABEL_DEFAULT_TIMEZONE="Europe/London",
        BABEL_TRANSLATION_DIRECTORIES=";".join(str(ROOT / room / "translations") for room in ROOMS),
        WTF_CSRF_TIME_LIMIT=12 * 3600,
    )
    Babel(app, locale_selector=_locale)
    app.url_value_preprocessor(_pull_language)
    app.url_defaults(_push_language)
    app.after_request(_secure)
    app.context_processor(lambda: _context(navigation, footer))
    app.template_filter("tr")(translated)
    app.template_filter("day")(day)
    app.template_filter("day_short")(lambda when: day(when, "d MMM y"))
    app.template_filter("moment")(moment)
    app.template_filter("number")(number)
    app.template_filter("minutes")(minutes)
    app.template_filter("paragraphs")(paragraphs)
    app.template_filter("with_selected")(with_selected)
    app.jinja_env.globals.update(asset=asset, csrf=csrf, ngettext=ngettext, _=in_words)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(STATIC),
        prefix=f"static/{build()}",
        max_age=31_536_000,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=_no_sniffing,
    )


def _no_sniffing(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


@cache
def build() -> str:
    """One hash over the static folder: relative addresses inside the CSS stay right, and caches keep it for ever."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file() and path.suffix not in (".gz", ".br"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def asset(path: str) -> str:
    return f"/static/{build()}/{path}"


def csrf() -> Markup:
    """The hidden fields of every POST form: its token, and a number that makes a double click count once."""
    return Markup(
        '<input type="hidden" name="csrf_token" value="{}"><input type="hidden" name="once" value="{}">'
    ).format(generate_csrf(), secrets.token_urlsafe(12))


def in_words(msgid: str, **values: Any) -> str:
    """`gettext` for templates: the page's catalogue is looked up once, not for each of its words."""
    if "catalogue" not in g:
        g.catalogue = get_domain().get_translations()
    said: str = g.catalogue.gettext(msgid)
    return said % values if values else said


def with_selected(options: Markup, value: str) -> Markup:
    """The options of a select with the one of that value selected."""
    plain = f'<option value="{escape(value)}">'
    return Markup(str(options).replace(plain, f"{plain[:-1]} selected>", 1))  # noqa: S704 - both are markup already


def translated(text: Bilingual, language: str | None = None) -> str | Markup:
    """The text in the page's language; where it is not written yet, the other one with its `lang` for screen readers."""
    wanted = language or g.lang
    if chosen := (text.cy if wanted == "cy" else text.en):
        return chosen
    other = "en" if wanted == "cy" else "cy"
    return Markup('<span lang="{}">{}</span>').format(other, text.in_(other))


def day(when: date | datetime | None, pattern: str = "d MMMM y") -> str:
    """A date as people write it, in Wales."""
    if when is None:
        return ""
    if isinstance(when, datetime):
        when = when.astimezone(LONDON).date()
    return str(format_date(when, pattern)) if pattern else str(babel_date(when, locale=get_locale()))


def moment(when: datetime | None) -> str:
    return "" if when is None else str(format_datetime(when, "d MMMM y, HH:mm"))


def number(value: float | Decimal) -> str:
    """A number as people write it; small whole ones look alike everywhere."""
    small = isinstance(value, int) and 0 <= value < 1000
    return str(value) if small else str(format_decimal(value))


def minutes(amount: int) -> str:
    """Time in words: whole and half hours, else hours and minutes."""
    if amount < 60:
        return str(ngettext("%(num)d minute", "%(num)d minutes", amount))
    if amount % 60 == 0:
        return str(ngettext("%(num)d hour", "%(num)d hours", amount // 60))
    if amount % 30:
        return f"{minutes(amount - amount % 60)} {minutes(amount % 60)}"
    return str(_("%(hours)s hours", hours=format_decimal(round(amount / 60, 1))))


def paragraphs(text: str) -> Markup:
    """Plain text with blank lines between paragraphs, escaped."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(Markup("<br>").join(map(escape, b.split("\n")))) for b in blocks)


def _locale() -> str:
    if (language := g.get("lang")) is None:
        language = request.accept_languages.best_match(LANGUAGES, "en")
    return "cy" if language == "cy" else "en_GB"


def _pull_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """A page's language is in its address; the API's in Accept-Language."""
    if values and "lang" in values:
        g.lang = values["lang"]
    elif request.path.startswith(("/api/", "/xapi/")):
        g.lang = request.accept_languages.best_match(LANGUAGES, "en")


def _push_language(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = g.get("lang") or "en"


def _context(navigation: Navigation, footer: Callable[[], list[dict[str, Any]]]) -> dict[str, Any]:
    language = g.get("lang") or _locale()[:2]
    g.lang = language
    other = "en" if language == "cy" else "cy"
    actor = _actor()
    there = _in(other)
    public = current_app.config["PUBLIC_URL"].rstrip("/")
    return {
        "lang": language,
        "other_lang": other,
        "switch_url": there,
        "alternates": [(name, public + url) for name in LANGUAGES if (url := _in(name))],
        "nav": navigation(actor),
        "actor": actor,
        "actor_name": actor.name if actor.person else None,
        "sign_in_url": url_for("sign_in.sign_in"),
        "sign_out_url": url_for("sign_in.sign_out"),
        "profile_url": url_for("profile.profile"),
        "footer_links": footer(),
        "flash_messages": [{"kind": "success", "text": text} for text in flashes.take()],
        "demo_notice": current_app.config["DEMONSTRATION"],
    }


def _actor() -> Actor:
    """Whoever it is; nobody where even that cannot be found out (an error page must not fail)."""
    try:
        return edge.actor()
    except Exception:
        return Actor()


def _in(language: str) -> str | None:
    """This page's address in that language, its query kept."""
    if request.endpoint is None or request.url_rule is None or "lang" not in request.url_rule.arguments:
        return None
    there = url_for(request.endpoint, **{**(request.view_args or {}), "lang": language})
    query = request.query_string.decode(errors="replace")
    return f"{there}?{query}" if query else there


def _secure(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        answer.headers["Strict-Transport-Security"] = f"max-age={int(timedelta(days=365).total_seconds())}"
    return answer
