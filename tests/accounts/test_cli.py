"""The first administrator, from the command line."""

from flask import Flask
from sqlalchemy import select

from lms.accounts.models import RoleGrant
from lms.core.db import db
from lms.core.permissions import Role


def test_the_first_administrator_is_made_once(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    given = ["create-administrator", "--name", "Mari Jones", "--email", "Mari@example.org", "--password"]
    weak = run(args=[*given, "mari-jones-1"])
    assert weak.exit_code != 0
    assert "Do not use your name" in weak.output
    done = run(args=[*given, "gwynt glaw heulwen"])
    assert done.exit_code == 0, done.output
    assert run(args=[*given, "gwynt glaw heulwen"]).exit_code != 0
    assert run(args=[*given, "gwynt glaw heulwen", "--at", "NOWHERE"]).exit_code != 0
    granted = db.session.scalars(select(RoleGrant)).one()
    assert granted.role is Role.ADMINISTRATOR
