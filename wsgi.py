"""`granian --interface wsgi wsgi:app`; `flask --app wsgi <command>`."""

import gc
import sys

from sqlalchemy.orm import configure_mappers

from courses.launch.content.host import ContentHost
from lms.app import create_app
from lms.core.web.turns import InTurns

app = create_app()
content = app.wsgi_app
assert isinstance(content, ContentHost)
content.beside = InTurns(  # files of packages wait for nobody's turn
    content.beside,
    app.config["MAX_CONTENT_LENGTH"],
    apart=("/xapi/",),  # the record store writes together what comes together, and takes large bodies as they come
)

sys.setswitchinterval(0.0005)  # a thread that hears from the database waits less for those that compute
configure_mappers()
gc.collect()
gc.freeze()  # what is here now stays: the collector need not walk through it again and again
gc.set_threshold(50_000, 20, 20)
