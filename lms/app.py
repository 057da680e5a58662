"""The roof: what is not in one of these lists is not in the app."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask
from flask_smorest import Api as Smorest

import certificates
import courses.catalogue.models
import courses.enrolments.models
import courses.portfolios.models
import courses.supervision.models
import frameworks.models
import lms.accounts.models
import lms.core.audit
import lms.core.files
import lms.core.housekeeping
import lms.core.mail
from courses.supervision.queries import supervised_people
from lms.accounts import identity
from lms.core import cli, config, embedded, events
from lms.core.db import db
from lms.core.permissions import Actor
from lms.core.web import problems, site
from lms.core.web.api import Api

PAGES: tuple[Blueprint, ...] = ()
APIS: tuple[Api, ...] = ()
SUBSCRIPTIONS: tuple[tuple[type, Any], ...] = ()
LOADERS: tuple[Callable[[Actor], None], ...] = ()
"""Reference data, in the order in which it refers to each other."""


def create_app(settings: config.Settings | None = None) -> Flask:
    """The whole app. Reads its settings from the environment unless they are given."""
    settings = settings or config.load()
    app = Flask("lms", static_folder=None, template_folder=str(Path(__file__).parent / "core/web/templates"))
    configure(app, settings)
    db.init_app(app)
    identity.init_app(app, supervised_people)
    problems.init_app(app)
    site.init_app(app, navigation=lambda actor: [], footer=lambda: [])
    smorest = Smorest(app)
    smorest.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for pages in PAGES:
        app.register_blueprint(pages)
    for api in APIS:
        smorest.register_blueprint(api)
    for event, handler in SUBSCRIPTIONS:
        events.subscribe(event, handler)
    app.extensions["llwybr.loaders"] = LOADERS
    cli.init_app(app)
    return app


def configure(app: Flask, settings: config.Settings) -> None:
    """Settings become Flask's configuration."""
    url = settings.database_url or embedded.start(settings.instance.resolve() / "postgres")
    prepared = {"prepare_threshold": 5 if settings.database_prepare else None}
    tuned = {"options": "-c jit=off -c timezone=UTC"} if settings.database_prepare else {}
    app.config.update(
        SQLALCHEMY_DATABASE_URI=url.replace("postgres://", "postgresql://").replace("postgresql://", "postgresql+psycopg://"),
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": settings.database_pool, "max_overflow": 5, "pool_pre_ping": True, "connect_args": prepared | tuned,
        },
        SECRET_KEY=settings.secret_key or _kept_key(settings.instance),
        SESSION_COOKIE_NAME="llwybr",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        MAX_CONTENT_LENGTH=(settings.max_upload_mb + 1) * 1_000_000,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        MAX_UPLOAD=settings.max_upload_mb * 1_000_000,
        PUBLIC_URL=settings.public_url.rstrip("/"),
        DEVELOPMENT=settings.development,
        DEMONSTRATION=settings.demonstration,
        FILES_LOCATION=settings.files_location,
        MAIL_URL=settings.mail_url,
        MAIL_FROM=settings.mail_from,
        API_TITLE="Llwybr",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        JSON_SORT_KEYS=False,
    )  # fmt: skip


def _kept_key(instance: Path) -> str:
    """A key of this instance's own, made once and readable by its owner only."""
    path = instance.resolve() / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii")
