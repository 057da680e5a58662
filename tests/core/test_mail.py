"""Letters as they leave."""

from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask

from lms.core import files, mail
from lms.core.db import transaction


def test_a_file_and_a_calendar_go_with_a_letter_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[EmailMessage] = []

    class Server:
        def __init__(self, host: str, port: int, timeout: int) -> None:
            assert (host, port) == ("mail.example", 2525)

        def __enter__(self) -> "Server":
            return self

        def __exit__(self, *_: Any) -> None: ...

        def send_message(self, letter: EmailMessage) -> None:
            sent.append(letter)

    monkeypatch.setattr(mail.smtplib, "SMTP", Server)
    with transaction():
        kept = files.store(b"%PDF-1.7 a certificate", "application/pdf")
        with_file = mail.send("a@example.org", "Tystysgrif", "Mae ynghlwm.", "cy", file=(kept.id, "LLW-1.pdf"))
        plain = mail.send("b@example.org", "A date", "Words.", "en", calendar="BEGIN:VCALENDAR")
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://mail.example:2525")
    for message in (with_file, plain, with_file):
        with transaction():
            mail.deliver(str(message.id))
    assert [each["To"] for each in sent] == ["a@example.org", "b@example.org"]
    (attached,) = sent[0].iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("LLW-1.pdf", "application/pdf")
    assert attached.get_content() == b"%PDF-1.7 a certificate"
    assert sent[0].get_body().get_content() == "Mae ynghlwm.\n"  # type: ignore[union-attr]
    assert [each.get_content_type() for each in sent[1].iter_attachments()] == ["text/calendar"]
