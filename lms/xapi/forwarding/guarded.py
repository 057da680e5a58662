"""Connections to the outside: never to an inner address unless the settings say so, and never beyond a deadline.

A name is resolved here and the connection goes to the very addresses that were looked at, so that a name cannot answer
one thing when asked and another when used. TLS still checks the name.
"""

import socket
import ssl
import time
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

import httpcore

from lms.xapi.forwarding.rules.addresses import Barred, is_public

_RESOLVED_AT_MOST = 4


class Guarded(httpcore.NetworkBackend):
    """What the HTTP client connects by. `until` is on the monotonic clock; whoever sends a request sets it."""

    def __init__(self, *, private: bool) -> None:
        self._private, self._inner = private, httpcore.SyncBackend()
        self.until = time.monotonic()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._inner.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
                return _Timed(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as fault:
                failed = fault
        raise failed

    def left(self, timeout: float | None) -> float:
        """Seconds that one more wait may take. Raises ReadTimeout when the deadline is over."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("it took longer than it may")
        return left if timeout is None else min(left, timeout)

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as fault:
            raise httpcore.ConnectError(f"{host} cannot be found") from fault
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        for address in addresses:
            if not self._private and not is_public(ip_address(address.partition("%")[0])):
                raise Barred(f"{host} is at {address}, which is not a public address")
        return addresses[:_RESOLVED_AT_MOST]


class _Timed(httpcore.NetworkStream):
    """A stream whose every wait ends at the deadline, so that one byte now and then does not hold it for ever."""

    def __init__(self, inner: httpcore.NetworkStream, guard: Guarded) -> None:
        self._inner, self._guard = inner, guard

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._guard.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._guard.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, self._guard.left(timeout)), self._guard)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
