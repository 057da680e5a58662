"""The content host: files of packages at `/c/<token>/<path>`, and our own pages and scripts that run them.

A WSGI app of its own, chosen by the Host, beside the pages and before anything of theirs: it knows no cookie, no session
and no database. The token in the path says what may be read (`packages.addresses`).
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from html import escape
from typing import BinaryIO
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from courses.launch.content import own, rules
from courses.launch.formats.naming import media_type
from courses.launch.packages import addresses, storing
from courses.launch.packages.addresses import PREFIX, Grant

PIECE = 262_144
OURS = "~llwybr/"
"""Where our own pages and scripts lie, beside the files of a package."""
_STATUS = {
    200: "200 OK", 206: "206 Partial Content", 302: "302 Found", 304: "304 Not Modified", 403: "403 Forbidden",
    404: "404 Not Found", 405: "405 Method Not Allowed", 410: "410 Gone", 416: "416 Range Not Satisfiable",
}  # fmt: skip
Headers = list[tuple[str, str]]


class ContentHost:
    """The content's origin and, for every other Host, the app `beside` it."""

    def __init__(self, app: Flask, beside: WSGIApplication) -> None:
        self.app, self.beside = app, beside

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if not rules.is_host_of(environ.get("HTTP_HOST", ""), self.app.config["CONTENT_ORIGIN"]):
            return self.beside(environ, start)
        with self.app.app_context():
            return _Answer(self.app, environ, start).give()


class _Answer:
    """One request to the content host."""

    def __init__(self, app: Flask, environ: WSGIEnvironment, start: StartResponse) -> None:
        self.environ, self.start = environ, start
        self.public: str = app.config["PUBLIC_URL"]
        pages = urlsplit(self.public)
        self.pages = f"{pages.scheme}://{pages.netloc}"
        self.head = environ["REQUEST_METHOD"] == "HEAD"
        self.secure = bool(app.config["SESSION_COOKIE_SECURE"])

    def give(self) -> Iterable[bytes]:
        if self.environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._say(405, more=[("Allow", "GET, HEAD")])
        path = self.environ.get("PATH_INFO", "")
        if path == "/":
            return self._say(302, more=[("Location", self.public)])
        if self.environ.get("HTTP_SERVICE_WORKER"):  # it would answer for all packages of this origin, for ever
            return self._say(403)
        if path.startswith(own.PREFIX):
            return self._our(path.removeprefix(own.PREFIX))
        if not path.startswith(PREFIX):
            return self._say(404)
        token, _, rest = path.removeprefix(PREFIX).partition("/")
        grant = addresses.granted(token)
        if grant is None or not self._is_theirs(grant):
            html = own.page("too_old.html").substitute(own=own.PREFIX + own.build(), public=escape(self.public))
            return self._page(410, html, rules.launcher_policy(self.pages, lenient=False, outside=()))
        try:
            name = rules.safe_name(rest.encode("latin-1").decode("utf-8"))
        except UnicodeError:
            name = None
        if name is None:
            return self._say(404)
        if name.startswith(OURS):
            return self._launcher(grant, name.removeprefix(OURS))
        return self._file(grant, name)

    def _is_theirs(self, grant: Grant) -> bool:
        """With a name for each package, nobody opens one under the name of another."""
        return rules.is_host_of(self.environ.get("HTTP_HOST", ""), addresses.origin_of(grant.digest))

    def _launcher(self, grant: Grant, name: str) -> Iterable[bytes]:
        """A page of ours that runs a package. It is told by the app, at `run`, what and how."""
        page = own.launcher(name)
        if page is None:
            return self._say(404)
        run = escape(addresses.run_address(grant.session))
        html = page.substitute(kind=name, own=own.PREFIX + own.build(), run=run, pages=escape(self.pages))
        lenient = name == "h5p"
        return self._page(200, html, rules.launcher_policy(self.pages, lenient=lenient, outside=grant.outside))

    def _our(self, rest: str) -> Iterable[bytes]:
        """What our own pages are made of, for everybody alike."""
        found = own.file(rest.partition("/")[2], self.environ.get("HTTP_ACCEPT_ENCODING", ""))
        if found is None:
            return self._say(404)
        headers: Headers = [
            ("Content-Type", media_type(rest)), ("ETag", found.etag), ("Vary", "Accept-Encoding"),
            ("Cache-Control", "public, max-age=31536000, immutable"),
        ]  # fmt: skip
        if found.encoding:
            headers.append(("Content-Encoding", found.encoding))
        if found.etag in self.environ.get("HTTP_IF_NONE_MATCH", ""):
            return self._say(304, more=headers[1:])
        return self._say(200, found.content, headers)

    def _file(self, grant: Grant, name: str) -> Iterable[bytes]:
        etag = f'"{sha256(grant.digest + name.encode()).hexdigest()[:24]}"'  # what is in a package never changes
        headers: Headers = [
            ("ETag", etag), ("Cache-Control", f"private, max-age={addresses.LASTS}, immutable"), ("Accept-Ranges", "bytes"),
            ("Content-Security-Policy", rules.policy(self.pages, sandboxed=grant.sandboxed, outside=grant.outside)),
        ]  # fmt: skip
        if etag in self.environ.get("HTTP_IF_NONE_MATCH", ""):
            return self._say(304, more=headers)
        size = storing.size_of(grant.digest, name)
        if size is None:
            return self._say(404)
        headers.append(("Content-Type", media_type(name)))
        part, status = rules.Part(0, size - 1), 200
        asked = self.environ.get("HTTP_RANGE", "")
        if asked and self.environ.get("HTTP_IF_RANGE", etag) == etag:
            try:
                if (found := rules.part_asked(asked, size)) is not None:
                    part, status = found, 206
                    headers.append(("Content-Range", f"bytes {part.first}-{part.last}/{size}"))
            except rules.NotThere:
                return self._say(416, more=[("Content-Range", f"bytes */{size}")])
        headers.append(("Content-Length", str(part.length)))
        self.start(_STATUS[status], headers + self._always(alone=grant.sandboxed))
        if self.head or part.length <= 0:
            return []
        stack = ExitStack()
        return _pieces(stack, stack.enter_context(storing.opened(grant.digest, name)), part)

    def _page(self, status: int, html: str, policy: str) -> Iterable[bytes]:
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy)]
        return self._say(status, html.encode(), [*headers, ("Cache-Control", "no-store")])

    def _say(self, status: int, body: bytes | None = None, more: Headers | None = None) -> Iterable[bytes]:
        headers = list(more or [])
        if body is None:
            body = b"" if status == 304 else _STATUS[status].encode()
            if status != 304:
                headers.append(("Content-Type", "text/plain; charset=utf-8"))
        if status != 304:
            headers.append(("Content-Length", str(len(body))))
        if not any(name == "Content-Security-Policy" for name, _value in headers):
            headers.append(("Content-Security-Policy", rules.policy(self.pages, sandboxed=False, outside=())))
        self.start(_STATUS[status], headers + self._always())
        return [] if self.head or not body else [body]

    def _always(self, *, alone: bool = False) -> Headers:
        """`alone`: a sandboxed package has an origin of its own, to which even its own files are another's."""
        always = [
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "cross-origin" if alone else "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"), ("Permissions-Policy", rules.PERMISSIONS),
            ("X-Robots-Tag", "noindex"),
        ]  # fmt: skip
        if alone:
            always.append(("Access-Control-Allow-Origin", "*"))
        return [*always, ("Strict-Transport-Security", "max-age=31536000")] if self.secure else always


def _pieces(stack: ExitStack, source: BinaryIO, part: rules.Part) -> Iterator[bytes]:
    """What was asked for, piece by piece; the file is closed however the reader leaves."""
    with stack:
        source.seek(part.first)
        left = part.length
        while left > 0 and (piece := source.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
