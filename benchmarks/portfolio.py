"""How long the page of a portfolio with 200 items takes, and how that compares with reading its rows bare.

The limit is one query that fetches the same 200 items as plain rows. Everything happens on a database of its own, which
is dropped again; the medians of several rounds, so that a busy machine changes the ratio little.
Run: python benchmarks/portfolio.py
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import make_url

sys.path.insert(0, str(Path(__file__).parents[1]))

ITEMS, ROUNDS = 200, 25


def median(run: Callable[[], object]) -> float:
    """Milliseconds."""
    spent = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        run()
        spent.append(1000 * (time.perf_counter() - begun))
    return statistics.median(spent)


def measure() -> None:
    from lms.app import create_app
    from lms.core import migrate

    app = create_app()
    with app.app_context():
        migrate.upgrade()
        from lms.core.db import db, transaction
        from lms.core.permissions import Actor

        for load in app.extensions["llwybr.loaders"]:
            with transaction():
                load(Actor.system())
        from courses.portfolios.models import EvidenceKind, SupervisionRule
        from courses.portfolios.services import evidence, templates
        from lms.core.language import Bilingual
        from tests.factories.accounts import sign_in_browser
        from tests.factories.portfolios import a_pair, items_of

        with transaction():
            title = Bilingual("A large portfolio", "Portffolio mawr")
            draft = templates.begin(Actor.system(), "PF-LARGE", title, SupervisionRule.GROUP_OR_INDIVIDUAL)
            for number in range(ITEMS):
                asked = templates.Asked(EvidenceKind.TEXT, Bilingual(f"Item {number}", f"Eitem {number}"))
                templates.add_items(Actor.system(), draft.id, draft.edition, asked)
            templates.publish(Actor.system(), draft.id, draft.edition)
        pair = a_pair("PF-LARGE")
        with transaction():
            for item in items_of(pair.portfolio):
                evidence.save_draft(Actor.system(), item.id, item.edition, body="What I did, and why. " * 40)
        browser, enrolment = sign_in_browser(app, pair.learner), pair.portfolio.enrolment_id
        id = pair.portfolio.id
        bare = text(
            "SELECT i.*, t.* FROM evidence_item i JOIN portfolio_template_item t ON t.id = i.template_item_id"
            " WHERE i.portfolio_id = :id ORDER BY t.position"
        )
        limit = median(lambda: db.session.execute(bare, {"id": id}).all())
        db.session.rollback()
        print(f"bare query of {ITEMS} items          {limit:7.2f} ms")
        for name, path in (("the portfolio", ""), ("one of its items", "/100"), ("an item's check", "/100/submit")):
            url = f"/en/portfolio/{enrolment}{path}"
            assert browser.get(url).status_code == 200
            spent = median(lambda url=url: browser.get(url))  # type: ignore[misc]
            print(f"page of {name:24s} {spent:7.2f} ms   {spent / limit:5.1f} x the bare query")


def main() -> None:
    from lms.core import config, embedded

    settings = config.load()
    server = settings.database_url or embedded.start(settings.instance.resolve() / "postgres")
    name = f"benchmark_portfolio_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    os.environ["DATABASE_URL"] = make_url(server).set(database=name).render_as_string(hide_password=False)
    try:
        measure()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    main()
