"""Sending one telling: by HTTPS, to public addresses only unless the settings say otherwise, and within a deadline."""

import ssl
import time
from urllib.parse import urlsplit

import httpcore

from lms.xapi.forwarding.guarded import Guarded
from lms.xapi.forwarding.rules.addresses import Barred, check_endpoint

DEADLINE = 15.0
LARGEST = 2000
"""Bytes of an answer that are read."""


def post(endpoint: str, body: bytes, headers: dict[str, str], *, private: bool) -> tuple[int | None, str]:
    """The answer's status and the start of it; None when none came, with why. Follows no redirect."""
    guard = Guarded(private=private)
    guard.until = time.monotonic() + DEADLINE
    given = [(b"Host", urlsplit(endpoint).netloc.encode()), (b"Content-Length", str(len(body)).encode())]
    given += [(name.encode(), value.encode()) for name, value in headers.items()]
    patience = dict.fromkeys(("connect", "read", "write", "pool"), DEADLINE)
    try:
        check_endpoint(endpoint, private=private)
        with (
            httpcore.ConnectionPool(
                ssl_context=ssl.create_default_context(), max_connections=1, network_backend=guard
            ) as pool,
            pool.stream("POST", endpoint, headers=given, content=body, extensions={"timeout": patience}) as answer,
        ):
            said = b""
            for piece in answer.iter_stream():
                said += piece
                if len(said) >= LARGEST:
                    break
            return answer.status, said[:LARGEST].decode("utf-8", "replace").replace("\0", "")[:300]
    except Barred as fault:
        return None, str(fault)
    except httpcore.TimeoutException:
        return None, "no answer in time"
    except (httpcore.ConnectError, httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as fault:
        return None, f"no connection: {fault or type(fault).__name__}"[:300]
