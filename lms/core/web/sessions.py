"""The browser's session, for requests that come from browsers."""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


class Sessions(SecureCookieSessionInterface):
    """Requests to addresses that begin with one of `without` have none: programs show a credential with each, and to open and
    close a session is a quarter of what a small answer costs."""

    def __init__(self, without: tuple[str, ...]) -> None:
        self._without = without

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return None if request.path.startswith(self._without) else super().open_session(app, request)
