"""Is the process alive; is it ready to serve?"""

from flask import Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lms.core import migrate
from lms.core.db import db
from lms.core.permissions import Actor, Permission
from lms.core.web.pages import Pages

health_pages = Pages("health", __name__, languages=False)


@health_pages.page("GET", "/healthz", needs=Permission.PUBLIC_READ)
def healthz(actor: Actor) -> Response:
    """The process answers. Asks nothing of the database."""
    return jsonify(status="ok")


@health_pages.page("GET", "/readyz", needs=Permission.PUBLIC_READ)
def readyz(actor: Actor) -> Response:
    """The database answers, and its form is the one this code was written for; else 503."""
    faults = {}
    try:
        db.session.execute(text("SELECT 1"))
        if (found := migrate.current(db.session.connection())) != migrate.head():
            faults["migrations"] = f"the database is at {found}, this code needs {migrate.head()}"
    except SQLAlchemyError as fault:
        db.session.rollback()
        faults["database"] = type(fault).__name__
    answer = jsonify(status="unavailable" if faults else "ok", **faults)
    answer.status_code = 503 if faults else 200
    return answer
