"""What is kept of the reference data is never older than the data."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import text

from courses.catalogue import queries as catalogue
from lms.core import reference
from lms.core.db import db, transaction
from tests.counting import counted_queries

TOPIC = "perinatal"


def rename(words: str) -> None:
    db.session.execute(text("UPDATE topic SET title_en = :words WHERE code = :code"), {"words": words, "code": TOPIC})


def topic() -> str:
    return catalogue.names()["topic", TOPIC].en


def test_what_is_kept_is_read_once_and_again_when_it_has_changed(app: Flask) -> None:
    before = topic()
    with counted_queries() as seen:
        assert topic() == before
    assert len(seen) == 1  # the edition alone
    with transaction():
        rename("Around birth")
        assert topic() == "Around birth"  # also to whoever changes it, before it is committed
    assert topic() == "Around birth"


def test_a_change_that_was_given_up_is_seen_by_nobody(app: Flask) -> None:
    before = topic()
    rename("Never said")
    assert topic() == "Never said"
    db.session.rollback()
    assert topic() == before


def test_a_change_by_another_process_is_seen_at_once(app: Flask) -> None:
    assert topic() != "Elsewhere"
    db.session.rollback()

    def elsewhere() -> None:
        with app.app_context(), transaction():
            rename("Elsewhere")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(elsewhere).result()
    assert topic() == "Elsewhere"


def test_every_watched_table_renews_the_edition(app: Flask) -> None:
    triggers = db.session.scalars(
        text("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'renew_reference_edition'")
    )
    assert set(triggers) == set(reference.WATCHED)
