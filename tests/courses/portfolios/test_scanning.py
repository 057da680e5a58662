"""Files and the virus scanner: closed until it has answered, gone where it found something, tried again while it is away."""

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from courses.portfolios import checking, errors, scanning
from courses.portfolios.models import CheckState, EvidenceItem, EvidenceState, FileCheck, FilePreview
from courses.portfolios.services import access, evidence, files
from lms.core.db import db, transaction
from lms.core.files import StoredFile
from lms.core.mail import MailMessage
from tests.factories.portfolios import a_pair, actor_of, items_of

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(threading.Thread):
    """What clamd does with INSTREAM: it takes the chunks, and says what it found. `limit`: bytes that it takes."""

    def __init__(self, limit: int = 1_000_000) -> None:
        super().__init__(daemon=True)
        self.limit, self.seen = limit, b""
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.listening.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            with client:
                client.sendall(self._answer(client))

    def _answer(self, client: socket.socket) -> bytes:
        stream = client.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        self.seen = b""
        while size := struct.unpack("!I", stream.read(4))[0]:
            self.seen += stream.read(size)
            if len(self.seen) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR\0"
        return b"stream: Eicar-Signature FOUND\0" if EICAR in self.seen else b"stream: OK\0"


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    made = Clamd()
    made.start()
    with closing(made.listening):
        yield made


def picture(colour: str = "red", size: tuple[int, int] = (900, 600)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def attach(pair: object, content: bytes, name: str) -> EvidenceItem:
    item = items_of(pair.portfolio)[0]  # type: ignore[attr-defined]
    with transaction():
        return evidence.attach_file(
            actor_of(pair.learner),
            item.id,
            item.edition,
            io.BytesIO(content),
            name,
            1_000_000,  # type: ignore[attr-defined]
        )


def scan(app: Flask, item: EvidenceItem) -> None:
    checking.scan(file_id=str(item.file_id))


def test_the_scanner_is_asked_in_its_own_words(clamd: Clamd) -> None:
    large = b"a" * 200_000
    assert scanning.found_in(io.BytesIO(large), clamd.address) is None
    assert clamd.seen == large
    assert scanning.found_in(io.BytesIO(b"x" + EICAR), clamd.address) == "Eicar-Signature"
    clamd.limit = 10
    with pytest.raises(scanning.ScannerUnavailable):
        scanning.found_in(io.BytesIO(large), clamd.address)
    with pytest.raises(scanning.ScannerUnavailable):
        scanning.found_in(io.BytesIO(b"x"), "unix:/nowhere/clamd.sock")


def test_a_file_is_closed_until_it_was_checked(app: Flask, clamd: Clamd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "CLAMD", clamd.address)
    pair = a_pair()
    item = attach(pair, b"Some notes", "notes.txt")
    learner = actor_of(pair.learner)
    with pytest.raises(errors.FileNotChecked):
        access.file_of(learner, item.portfolio, 1)
    with transaction():  # nobody has to wait in a corridor: it is submitted meanwhile
        evidence.submit_item(learner, item.id, item.edition, no_identifiers=True)
    scan(app, item)
    assert clamd.seen == b"Some notes"
    assert access.file_of(learner, item.portfolio, 1)[1] == "notes.txt"
    assert db.session.scalars(select(FileCheck.state)).one() is CheckState.CLEAN


def test_what_is_infected_is_taken_off_and_its_learner_told(
    app: Flask, clamd: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "CLAMD", clamd.address)
    pair = a_pair()
    item = attach(pair, b"text " + EICAR, "notes.txt")
    with transaction():
        evidence.submit_item(actor_of(pair.learner), item.id, item.edition, no_identifiers=True)
    scan(app, item)
    db.session.expire_all()
    item = items_of(pair.portfolio)[0]
    assert (item.file_id, item.state) == (None, EvidenceState.DRAFT)
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0
    assert "A file of yours was removed" in set(db.session.scalars(select(MailMessage.subject)))


def test_while_the_scanner_is_away_the_file_stays_closed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "CLAMD", "tcp://127.0.0.1:9")
    item = attach(pair := a_pair(), b"Some notes", "notes.txt")
    with pytest.raises(scanning.ScannerUnavailable):
        scan(app, item)
    with pytest.raises(errors.FileNotChecked):
        access.file_of(actor_of(pair.learner), item.portfolio, 1)


def test_a_picture_has_a_preview_at_once_and_a_pdf_by_a_job(app: Flask) -> None:
    pair = a_pair()
    item = attach(pair, picture(), "photo.jpg")
    kept = files.preview_of(actor_of(pair.learner), item)
    assert kept is not None
    assert (kept.width, kept.height) == (480, 320)
    assert files.preview_of(actor_of(pair.supervisor), item) is None, "a draft is the learner's alone"
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(200, 400))
    for text in ("one", "two"):
        canvas.drawString(20, 200, text)
        canvas.showPage()
    canvas.save()
    item = attach(pair, out.getvalue(), "two.pdf")
    assert files.preview_of(actor_of(pair.learner), item) is None
    with transaction():
        checking.preview(file_id=str(item.file_id))
    kept = files.preview_of(actor_of(pair.learner), item)
    assert kept is not None
    assert (kept.pages, kept.width, kept.height) == (2, 240, 480)
    assert db.session.scalar(select(func.count()).select_from(FilePreview)) == 1, "that of the photo went with it"
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 2
