"""The laws of the house, kept by tests (README, "The laws")."""

import ast
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text

from lms.core import config, migrate, welsh
from lms.core.db import db
from lms.core.web.api import Api
from lms.core.web.pages import Pages

ROOT = Path(__file__).parents[2]
PACKAGES = ("lms", "frameworks", "courses", "certificates")
SOURCES = sorted(path for top in PACKAGES for path in (ROOT / top).rglob("*.py"))
TEMPLATES = sorted(path for top in PACKAGES for path in (ROOT / top).rglob("templates/**/*.html"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
ENTRIES = {"static", "api-docs.openapi_json"}


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_route_says_what_it_needs(app: Flask) -> None:
    silent = [name for name, view in app.view_functions.items() if name not in ENTRIES and not hasattr(view, "needs")]
    assert silent == []


def test_a_route_without_needs_cannot_be_written() -> None:
    for made in (Api("x", __name__, description="x"), Pages("x", __name__)):
        with pytest.raises(TypeError):
            made.get("/x")(lambda: 1)


def test_nothing_is_changed_by_get(app: Flask) -> None:
    """A page that takes GET and POST decides by the method; a use case is never reached through an address alone."""
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if re.search(r"/(delete|revoke|withdrawal|sign-off|publication|end)$", rule.rule):
            assert methods & {"POST", "DELETE", "PUT", "PATCH"}, rule.rule


def test_only_the_edge_commits() -> None:
    committing = [named(p) for p in SOURCES if re.search(r"session\.commit\(|\.commit\(\)", p.read_text())]
    assert committing == ["lms/core/db.py"]


STRANGERS = {
    "join", "send_confirmation", "usable_confirmation", "confirm_address", "ask_for_reset", "send_reset", "usable_reset",
    "reset_password", "check_credentials", "sign_in",
}  # fmt: skip
"""Use cases of somebody who is not signed in: a secret from the mail, or a password, stands for the permission."""
OF_THE_HOUSE = {
    "pause_unattested", "resume_attested", "tell_what_ran_out", "forget_unconfirmed", "lapse_invitations", "escalate",
    "settle",
}  # fmt: skip
"""What the house does by itself, from a handler or a job."""


@pytest.mark.parametrize("path", [p for p in SOURCES if "services" in p.parts or p.name == "services.py"], ids=named)
def test_every_use_case_names_its_actor_and_asks(path: Path) -> None:
    """A public function that changes something takes the actor first, and looks at it."""
    for function in functions(path):
        arguments = [each.arg for each in function.args.args]
        if "actor" in arguments:
            assert arguments[0] == "actor", f"{function.name}: the actor comes first"
            if not function.name.startswith("_"):
                assert "actor" in {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}, (
                    f"{function.name} never asks"
                )
        elif not function.name.startswith("_") and function.name not in STRANGERS | OF_THE_HOUSE:
            changes = re.search(r"audit\.record\(|session\.(add|delete|execute)\(|publish\(", ast.unparse(function))
            assert changes is None, f"{function.name} changes something for nobody"


def test_roles_are_asked_for_in_one_place() -> None:
    for path in [*SOURCES, *TEMPLATES]:
        if named(path) in ("lms/core/permissions.py",):
            continue
        assert not re.search(r"if .*\brole *== *(Role|['\"])|is_admin", path.read_text()), named(path)


def test_no_file_is_longer_than_400_lines() -> None:
    long = {named(p): n for p in [*SOURCES, *TEMPLATES, *TESTS] if (n := len(p.read_text().splitlines())) > 400}
    assert long == {}


def test_no_room_is_called_by_what_it_is_not() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}
    assert [named(p) for p in SOURCES if p.stem in vague] == []


def test_every_test_asserts_something() -> None:
    silent = []
    for path in TESTS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                body = ast.dump(node)
                if not re.search(r"Assert\(|raises|assert|expect|check", body.split("body=", 1)[1]):
                    silent.append(f"{named(path)}:{node.lineno}")
    assert silent == []


def test_templates_have_no_inline_script_style_or_handler() -> None:
    for path in TEMPLATES:
        found = re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\"", path.read_text())
        assert found is None, f"{named(path)}: {found and found.group()}"


def test_every_post_form_carries_its_tokens() -> None:
    for path in TEMPLATES:
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text(), re.S | re.I):
            assert "csrf" in form, named(path)


def test_migrations_are_one_line_and_the_head_file_names_its_end() -> None:
    script = ScriptDirectory.from_config(migrate.configuration())
    assert script.get_heads() == [migrate.head()]
    for revision in script.walk_revisions():
        assert Path(revision.path).stem == revision.revision
        assert len(revision.doc) > 20, "say why, and whether it expands, backfills or contracts"


def test_upgrade_from_empty_equals_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: (
                    kind != "table" or not str(name).startswith(("procrastinate_", "statement_p"))
                ),
            },
        )
        assert compare_metadata(context, db.metadata) == []


def test_every_sentence_has_its_welsh() -> None:
    assert list(welsh.missing()) == []


def test_catalogues_are_in_step_with_the_code() -> None:
    ground = welsh.sentences("lms/core")
    for room in welsh.ROOMS:
        wanted = welsh.sentences(room) - (set() if room == "lms/core" else ground)
        known = {message.id for message in welsh._read(welsh.catalogue_of(room)) if message.id}
        assert {m if isinstance(m, str) else m[:2] for m in wanted} - {
            k if isinstance(k, str) else tuple(k)[:2] for k in known
        } == set(), f"{room}: run `make welsh`"


def test_one_sentence_has_one_welsh() -> None:
    said: dict[str, tuple[str, str]] = {}
    differing = []
    for room in welsh.ROOMS:
        for message in welsh._read(welsh.catalogue_of(room)):
            if message.id and message.string:
                key, value = str(message.id), str(message.string)
                if key in said and said[key][1] != value:
                    differing.append((key, said[key], (room, value)))
                said.setdefault(key, (room, value))
    assert differing == []


def test_placeholders_survive_translation() -> None:
    for room in welsh.ROOMS:
        for message in welsh._read(welsh.catalogue_of(room)):
            english = message.id[-1] if isinstance(message.id, tuple) else message.id
            for wording in message.string if isinstance(message.string, tuple) else (message.string,):
                wanted, got = (set(re.findall(r"%\((\w+)\)", str(words))) for words in (english, wording))
                assert got == wanted, f"{room}: {english} → {wording}"


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    names = [config.environment_name(name) for name in config.Settings.__dataclass_fields__]
    assert [name for name in names if name not in readme] == []


def test_the_append_only_tables_refuse_to_be_rewritten(app: Flask) -> None:
    guarded = set(
        db.session.scalars(text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname IN ('append_only')"))
    )
    assert {"audit_entry", "enrolment_event", "evidence_decision", "portfolio_sign_off", "award_event"} <= guarded


def test_foreign_keys_that_are_searched_have_an_index(app: Flask) -> None:
    """Every foreign key to a table that grows has an index that starts with it, so that a parent's page stays fast."""
    grown = ("person", "enrolment", "portfolio", "evidence_item", "award")
    lacking = db.session.execute(
        text(
            """
            SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'f' AND c.confrelid::regclass::text = ANY(:grown)
              AND a.attname IN ('person_id', 'learner_id', 'enrolment_id', 'portfolio_id', 'item_id')
              AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
            """
        ),
        {"grown": list(grown)},
    ).all()
    assert lacking == []
