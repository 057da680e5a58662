"""Asking a virus scanner: clamd's INSTREAM (clamd(8): chunks of four bytes' length and data, then a length of nought)."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from urllib.parse import urlsplit

CHUNK = 1 << 16
PATIENCE = 60
"""Seconds in which the scanner must say something."""
LONGEST_ANSWER = 4_096


class ScannerUnavailable(Exception):
    """It cannot be reached, or does not say whether the file is clean: ask again later, and trust nothing meanwhile."""


def found_in(source: BinaryIO, address: str) -> str | None:
    """The name of what the scanner found, or None: the file is clean. `address`: tcp://host:port or unix:/path.

    Raises ScannerUnavailable.
    """
    try:
        with _connected(address) as scanner:
            scanner.sendall(b"zINSTREAM\0")
            while piece := source.read(CHUNK):
                scanner.sendall(struct.pack("!I", len(piece)) + piece)
            scanner.sendall(struct.pack("!I", 0))
            said = _answer(scanner)
    except OSError as fault:
        raise ScannerUnavailable(str(fault)) from fault
    text = said.decode("utf-8", "replace").strip("\0\n ")
    if text.endswith("OK"):
        return None
    if text.endswith("FOUND"):
        return text.removeprefix("stream:").removesuffix("FOUND").strip() or "unnamed"
    raise ScannerUnavailable(text or "no answer")


@contextmanager
def _connected(address: str) -> Iterator[socket.socket]:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as scanner:
            scanner.settimeout(PATIENCE)
            scanner.connect(parts.path)
            yield scanner
        return
    with socket.create_connection((parts.hostname or "localhost", parts.port or 3310), PATIENCE) as scanner:
        yield scanner


def _answer(scanner: socket.socket) -> bytes:
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER and (piece := scanner.recv(LONGEST_ANSWER)):
        said += piece
    return said
