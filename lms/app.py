"""The roof: what is not in one of these lists is not in the app."""

import secrets
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Flask

import lms.accounts.cli  # noqa: F401  (declares its commands)
from certificates import cli as certificate_cli  # noqa: F401 - its commands register themselves
from certificates import ledger as certificate_ledger  # noqa: F401 - the same, its jobs
from certificates import pages as certificate_pages
from certificates.api import api as certificates_api
from certificates.approvals import jobs as approval_jobs  # noqa: F401 - its jobs register themselves
from certificates.approvals import my_pages as my_approval_pages
from certificates.approvals import pages as approval_pages
from certificates.approvals.api import api as approvals_api
from certificates.attendance.api import api as award_doubts_api
from certificates.attendance.pages import pages as award_doubt_pages
from certificates.badges import public as public_badges
from certificates.badges.api import api as badges_api
from certificates.badges.pages import pages as badge_pages
from certificates.checking.api import api as checking_api
from certificates.checking.pages import pages as checking_pages
from certificates.integrity.api import api as integrity_api
from certificates.integrity.pages import pages as integrity_pages
from certificates.keys import cli as key_cli  # noqa: F401 - its commands register themselves
from certificates.keys.pages import pages as key_pages
from certificates.names.api import api as names_api
from certificates.names.pages import pages as names_pages
from certificates.organising.api import api as award_batches_api
from certificates.organising.pages import pages as organising_pages
from certificates.telling.api import api as webhooks_api
from certificates.telling.pages import pages as telling_pages
from certificates.wallet.api import api as wallet_api
from certificates.wallet.pages import pages as wallet_pages
from courses.catalogue import loading as catalogue_loading
from courses.catalogue.api import api as catalogue_api
from courses.catalogue.author_pages import pages as course_author_pages
from courses.catalogue.pages import pages as catalogue_pages
from courses.cpd import exporting as cpd_exporting  # noqa: F401 - its jobs register themselves
from courses.cpd.api import api as cpd_api
from courses.cpd.pages import pages as cpd_pages
from courses.delivery import jobs as delivery_jobs  # noqa: F401 - its jobs register themselves
from courses.delivery.api import api as delivery_api
from courses.delivery.pages import calendar_pages, date_pages, my_date_pages, register_pages, series_pages
from courses.enrolments.api import api as enrolments_api
from courses.enrolments.pages import pages as enrolments_pages
from courses.evaluation import cli as evaluation_cli  # noqa: F401 - its commands register themselves
from courses.evaluation import jobs as evaluation_jobs  # noqa: F401 - its jobs register themselves
from courses.evaluation import pages as evaluation_pages
from courses.evaluation.api import api as evaluation_api
from courses.launch.api import api as launch_api
from courses.launch.cmi5.api import api as content_api
from courses.launch.cmi5.fetching import fetching
from courses.launch.completion.api import api as completion_api
from courses.launch.completion.pages import pages as completion_pages
from courses.launch.content.host import ContentHost
from courses.launch.formats import Limits
from courses.launch.h5p.api import runs as h5p_runs
from courses.launch.packages import cli as packages_cli  # noqa: F401 - its commands register themselves
from courses.launch.packages.api import api as packages_api
from courses.launch.packages.pages import pages as packages_pages
from courses.launch.pages import pages as launch_pages
from courses.launch.player.api import runs as media_runs
from courses.launch.player.pages import pages as player_pages
from courses.launch.player.trying import pages as trying_pages
from courses.launch.scorm.api import runs as scorm_runs
from courses.launch.sessions import jobs as session_jobs  # noqa: F401 - its jobs register themselves
from courses.mentoring import jobs as mentoring_jobs  # noqa: F401 - its jobs register themselves
from courses.mentoring import pages as mentoring_pages
from courses.mentoring.api import api as mentoring_api
from courses.mentoring.cascade import jobs as cascade_jobs  # noqa: F401 - the same
from courses.mentoring.cascade.api import api as cascade_api
from courses.mentoring.cascade.pages import pages as cascade_pages
from courses.needs import jobs as needs_jobs  # noqa: F401 - its jobs register themselves
from courses.needs import pages as needs_pages
from courses.needs.api import api as needs_api
from courses.plans import pages as plan_pages
from courses.plans.api import api as plans_api
from courses.portfolios import jobs as portfolio_jobs  # noqa: F401 - its jobs register themselves
from courses.portfolios import loading as portfolios_loading
from courses.portfolios import pages as portfolios_pages
from courses.portfolios.api import api as portfolios_api
from courses.portfolios.demand.api import api as demand_api
from courses.portfolios.demand.pages import pages as demand_pages
from courses.portfolios.moderation.api import api as moderation_api
from courses.portfolios.moderation.pages import pages as moderation_pages
from courses.supervision import jobs as supervision_jobs  # noqa: F401 - the same
from courses.supervision.api import api as supervision_api
from courses.supervision.pages import pages as supervision_pages
from courses.supervision.queries import supervised_by
from courses.supervision.sessions.api import api as supervision_sessions_api
from courses.supervision.sessions.pages import pages as supervision_sessions_pages
from frameworks import loading as frameworks_loading
from frameworks.api import api as frameworks_api
from frameworks.assessment import pages as assessment_pages
from frameworks.assessment.api import api as assessment_api
from frameworks.case.pages import pages as case_pages
from frameworks.editing.api import api as framework_drafts_api
from frameworks.editing.pages import pages as framework_author_pages
from frameworks.exchange.api import api as framework_exchange_api
from frameworks.exchange.pages import pages as framework_exchange_pages
from frameworks.pages import pages as framework_pages
from lms import hooks
from lms.accounts import identity
from lms.accounts import loading as accounts_loading
from lms.accounts.api import api as accounts_api
from lms.accounts.pages import admin as admin_pages
from lms.accounts.pages import outbox as outbox_pages
from lms.accounts.pages import profile as profile_pages
from lms.accounts.pages import sign_in as sign_in_pages
from lms.core import cli, config, embedded, events, logs, replica
from lms.core.db import REPLICA, db
from lms.core.permissions import Actor
from lms.core.web import problems, site
from lms.core.web.api import Api, Operations
from lms.core.web.sessions import Sessions
from lms.demonstration import cli as demonstration  # noqa: F401 - its commands register themselves
from lms.portal import navigation
from lms.portal import pages as portal_pages
from lms.portal.health import health_pages
from lms.portal.help import developer_pages, help_pages
from lms.reporting import course_results, gap_pages, report_pages, spending_pages
from lms.reporting import loading as reporting_loading
from lms.reporting import pages as reporting_pages
from lms.reporting.api import api as reports_api
from lms.reporting.explore.api import api as explore_api
from lms.reporting.explore.pages import pages as explore_pages
from lms.reporting.facts import cli as facts_cli  # noqa: F401 - its commands register themselves
from lms.reporting.facts import jobs as facts_jobs  # noqa: F401 - its jobs register themselves
from lms.reporting.learning import jobs as learning_jobs  # noqa: F401 - its jobs register themselves
from lms.reporting.learning.api import api as learning_api
from lms.reporting.learning.pages import pages as learning_pages
from lms.reporting.quality import jobs as quality_jobs  # noqa: F401 - its job registers itself
from lms.reporting.reach import cli as reach_cli  # noqa: F401 - its commands register themselves
from lms.reporting.reach import jobs as reach_jobs  # noqa: F401 - its jobs register themselves
from lms.reporting.returns import cli as returns_cli  # noqa: F401 - its commands register themselves
from lms.reporting.returns.api import api as returns_api
from lms.reporting.returns.pages import pages as returns_pages
from lms.reporting.saved import jobs as saved_view_jobs  # noqa: F401 - its jobs register themselves
from lms.reporting.saved.api import api as saved_views_api
from lms.reporting.saved.pages import pages as saved_views_pages
from lms.subscriptions import SUBSCRIPTIONS
from lms.xapi import cli as xapi_cli  # noqa: F401 - the same
from lms.xapi import jobs as xapi_jobs  # noqa: F401 - its jobs register themselves
from lms.xapi.api import xapi
from lms.xapi.api.house import api as record_store_api
from lms.xapi.api.slashes import one_slash
from lms.xapi.forwarding.api import api as forwarding_api
from lms.xapi.forwarding.pages import pages as forwarding_pages
from lms.xapi.pages import my_pages as my_statements_pages
from lms.xapi.pages import pages as record_store_pages

PAGES: tuple[Blueprint, ...] = (
    supervision_pages,
    supervision_sessions_pages,
    mentoring_pages.pages,
    mentoring_pages.manage_pages,
    cascade_pages,
    enrolments_pages,
    date_pages,
    my_date_pages,
    calendar_pages,
    series_pages,
    register_pages,
    launch_pages,
    player_pages,
    trying_pages,
    scorm_runs,
    h5p_runs,
    media_runs,
    packages_pages,
    completion_pages,
    fetching,
    portfolios_pages.portfolio_pages,
    portfolios_pages.queue_pages,
    moderation_pages,
    demand_pages,
    portfolios_pages.observer_pages,
    portfolios_pages.shared_pages,
    portfolios_pages.template_pages,
    cpd_pages,
    evaluation_pages.pages,
    evaluation_pages.review_pages,
    plan_pages.pages,
    plan_pages.team_pages,
    needs_pages.body_pages,
    needs_pages.link_pages,
    needs_pages.manage_pages,
    assessment_pages.pages,
    assessment_pages.supervisor_pages,
    framework_pages,
    framework_author_pages,
    framework_exchange_pages,
    case_pages,
    catalogue_pages,
    course_author_pages,
    sign_in_pages.pages,
    profile_pages.pages,
    admin_pages.pages,
    outbox_pages.pages,
    certificate_pages.record_pages,
    certificate_pages.verify_pages,
    certificate_pages.public_pages,
    wallet_pages,
    badge_pages,
    public_badges.pages,
    key_pages,
    names_pages,
    organising_pages,
    checking_pages,
    telling_pages,
    integrity_pages,
    award_doubt_pages,
    approval_pages.pages,
    my_approval_pages.pages,
    certificate_pages.manage_pages,
    reporting_pages.pages,
    explore_pages,
    learning_pages,
    returns_pages,
    saved_views_pages,
    report_pages.pages,
    spending_pages.pages,
    gap_pages.pages,
    course_results.pages,
    xapi,
    record_store_pages,
    my_statements_pages,
    forwarding_pages,
    portal_pages.root_pages,
    portal_pages.home_pages,
    portal_pages.learning_pages,
    portal_pages.manage_pages,
    help_pages,
    developer_pages,
    health_pages,
)
APIS: tuple[Api, ...] = (
    supervision_api,
    supervision_sessions_api,
    mentoring_api,
    cascade_api,
    enrolments_api,
    delivery_api,
    launch_api,
    packages_api,
    completion_api,
    content_api,
    portfolios_api,
    moderation_api,
    demand_api,
    cpd_api,
    evaluation_api,
    plans_api,
    needs_api,
    frameworks_api,
    assessment_api,
    framework_drafts_api,
    framework_exchange_api,
    catalogue_api,
    accounts_api,
    certificates_api,
    wallet_api,
    badges_api,
    names_api,
    award_batches_api,
    checking_api,
    webhooks_api,
    integrity_api,
    award_doubts_api,
    approvals_api,
    reports_api,
    explore_api,
    learning_api,
    gap_pages.api,
    course_results.api,
    returns_api,
    saved_views_api,
    record_store_api,
    forwarding_api,
)
LOADERS: tuple[Callable[[Actor], None], ...] = (
    accounts_loading.load_reference,
    frameworks_loading.load_reference,
    catalogue_loading.load_reference,
    portfolios_loading.load_reference,
    reporting_loading.load_reference,
    reporting_loading.fill_facts,
)
"""Reference data, in the order in which it refers to each other."""


def create_app(settings: config.Settings | None = None) -> Flask:
    """The whole app. Reads its settings from the environment unless they are given."""
    settings = settings or config.load()
    logs.init(settings.log_level, readable=settings.development)
    app = Flask("lms", static_folder=None, template_folder=str(Path(__file__).parent / "core/web/templates"))
    configure(app, settings)
    app.session_interface = Sessions(without=("/xapi/",))
    db.init_app(app)
    identity.init_app(app, supervised_by)
    site.init_app(app, navigation=navigation.navigation, footer=navigation.footer)
    operations = Operations(app)
    problems.init_app(app)  # after the library's own, which it replaces
    app.extensions["llwybr.openapi"] = operations.document
    operations.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for pages in PAGES:
        app.register_blueprint(pages)
    for api in APIS:
        operations.register_blueprint(api)
    for event, handler in SUBSCRIPTIONS:
        events.subscribe(event, handler)
    app.wsgi_app = one_slash(app.wsgi_app, "/xapi/")  # type: ignore[method-assign, assignment]
    app.extensions["llwybr.loaders"] = LOADERS
    hooks.hang()
    cli.init_app(app)
    app.wsgi_app = ContentHost(app, app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


def configure(app: Flask, settings: config.Settings) -> None:
    """Settings become Flask's configuration."""
    url = settings.database_url or embedded.start(settings.instance.resolve() / "postgres")
    prepared = {"prepare_threshold": 5 if settings.database_prepare else None}
    tuned = {"options": "-c jit=off -c timezone=UTC"} if settings.database_prepare else {}
    pooled = {"pool_size": settings.database_pool, "max_overflow": 5}
    app.config.update(
        SQLALCHEMY_DATABASE_URI=_by_our_driver(url),
        SQLALCHEMY_ENGINE_OPTIONS=pooled | {"connect_args": prepared | tuned},
        SQLALCHEMY_BINDS={
            REPLICA: pooled | {
                "url": _by_our_driver(settings.replica_url), "connect_args": prepared | tuned | replica.IMPATIENT,
                "execution_options": {"postgresql_readonly": True},
            },
        } if settings.replica_url else {},
        DATABASE_PREPARE=settings.database_prepare,
        SECRET_KEY=settings.secret_key or _kept_key(settings.instance),
        SESSION_COOKIE_NAME="__Host-llwybr" if settings.secure else "llwybr",  # content on a sibling name cannot set it
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        MAX_CONTENT_LENGTH=(settings.max_upload_mb + 1) * 1_000_000,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        MAX_PACKAGE=settings.max_package_mb * 1_000_000,
        PACKAGE_LIMITS=Limits(
            package=settings.max_package_mb * 1_000_000, total=settings.max_unpacked_mb * 1_000_000,
            one=settings.max_unpacked_mb * 1_000_000, entries=settings.max_package_files,
            ratio=settings.max_package_ratio,
        ),
        MAX_UPLOAD=settings.max_upload_mb * 1_000_000,
        PUBLIC_URL=settings.public_url.rstrip("/"),
        CONTENT_ORIGIN=settings.content_address,
        DEVELOPMENT=settings.development,
        DEMONSTRATION=settings.demonstration,
        ALLOW_PRIVATE_ADDRESSES=settings.allow_private_addresses,
        FILES_LOCATION=settings.files_location,
        CLAMD=settings.clamd,
        SEAL_KEY=settings.seal_location,
        MAIL_URL=settings.mail_url,
        MAIL_FROM=settings.mail_from,
        API_TITLE="Llwybr",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        JSON_SORT_KEYS=False,
    )  # fmt: skip


def _by_our_driver(url: str) -> str:
    return url.replace("postgres://", "postgresql://").replace("postgresql://", "postgresql+psycopg://")


def _kept_key(instance: Path) -> str:
    """A key of this instance's own, made once and readable by its owner only."""
    path = instance.resolve() / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii")
