"""`granian --interface wsgi wsgi:app`; `flask --app wsgi <command>`."""

import sys

from lms.app import create_app

sys.setswitchinterval(0.0002)
app = create_app()
