"""`granian --interface wsgi wsgi:app`; `flask --app wsgi <command>`."""

from lms.app import create_app

app = create_app()
