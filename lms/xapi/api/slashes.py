"""Addresses that clients have joined with a slash too many: `https://…/xapi/` and `/statements`.

They are answered where they are. A redirect, as routing would send, is not followed by every client, least of all for PUT.
"""

import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_MANY = re.compile(r"/{2,}")


def one_slash(app: WSGIApplication, under: str) -> WSGIApplication:
    """The app, with runs of slashes in addresses below `under` read as one."""

    def run(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(under) and "//" in path:
            environ["PATH_INFO"] = _MANY.sub("/", path)
        return app(environ, start_response)

    return run
