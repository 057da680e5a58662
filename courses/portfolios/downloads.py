"""Handing out files that people brought."""

from flask import Response

from lms.core.files import StoredFile, content_of


def download(stored: StoredFile, name: str) -> Response:
    """A file to keep, never to be shown or run inside our pages."""
    answer = Response(content_of(stored), mimetype=stored.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def shown_inline(picture: StoredFile) -> Response:
    """A picture that we drew ourselves, to be shown on a page."""
    answer = Response(content_of(picture), mimetype=picture.media_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer
