"""Mail: a row in the outbox, and a job that sends it where a server is set. Plain text (domain dossier §11)."""

import smtplib
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit
from uuid import UUID

from flask import current_app
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock, files, jobs
from lms.core.db import Record, db, record


class MailMessage(Record):
    """One message to one address. `sent_at` None: waiting, or there is no mail server here.

    `calendar`: an iCalendar object that goes with it (RFC 5545), to be opened with a click. `file_id`: a kept PDF that does,
    under `file_name`; whoever asked for the letter to themselves asked for it too.
    """

    __tablename__ = "mail_message"
    to: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    language: Mapped[str]
    calendar: Mapped[str | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    file_name: Mapped[str | None]
    written_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


def send(
    to: str, subject: str, body: str, language: str, calendar: str | None = None, file: tuple[UUID, str] | None = None
) -> MailMessage:
    """Write a message in this transaction; it leaves after the commit. `file`: a kept PDF, and what it is to be called."""
    file_id, file_name = file or (None, None)
    message = record(
        MailMessage(to=to, subject=subject, body=body, language=language, calendar=calendar, file_id=file_id,
                    file_name=file_name, written_at=clock.now())
    )  # fmt: skip
    if current_app.config["MAIL_URL"]:
        jobs.enqueue(deliver, message_id=str(message.id))
    return message


@jobs.job("core.deliver_mail", queue="mail", retries=8)
def deliver(message_id: str) -> None:
    """Hand one message to the mail server, once."""
    message = db.session.get(MailMessage, UUID(message_id), with_for_update=True)
    if message is None or message.sent_at is not None:
        return
    server = urlsplit(current_app.config["MAIL_URL"])
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = current_app.config["MAIL_FROM"], message.to, message.subject
    letter["Message-ID"] = f"<{message.id}@{current_app.config['MAIL_FROM'].rpartition('@')[2]}>"
    letter["Content-Language"] = message.language
    letter.set_content(message.body)
    if message.calendar:
        letter.add_attachment(message.calendar, subtype="calendar", filename="llwybr.ics")
    if message.file_id is not None:
        content = files.content_of(message.file_id)
        letter.add_attachment(content, maintype="application", subtype="pdf", filename=message.file_name)
    kind = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    with kind(server.hostname or "localhost", server.port or 0, timeout=30) as connection:
        if server.username:
            if server.scheme == "smtp":
                connection.starttls()
            connection.login(unquote(server.username), unquote(server.password or ""))
        connection.send_message(letter)
    message.sent_at = clock.now()
