"""How many certificates a core draws in a second, and how that compares with the least that ReportLab can do; and how many
badges it signs, beside the bare signature over a hash.

The limit is a page of ReportLab's own with one line of text: no tags, no embedded fonts, no QR code. Processor time,
best of several batches, so that a busy machine changes the ratio little. Run: python benchmarks/certificates.py
"""

import io
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))

from flask import Flask
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen import canvas

from certificates import rules, snapshots
from certificates.badges import documents, securing
from certificates.badges.documents import Achieved, Aim, Held
from certificates.designs import CURRENT, DESIGNS, SEAL_FIELD
from certificates.keys.rules import KeyKind, Signer, new_private
from certificates.pdf import sealing
from certificates.pdf.qr import qr_operators
from courses.catalogue.models import CertificateKind
from lms.core.language import Bilingual

BATCHES, BATCH = 7, 30
NAMES = ("Siân Ŵyn Llŷr-Gruffydd", "Dafydd ap Rhys", "Oluwaseun Adébáyọ̀ Jones", "Zofia Żółkiewska", "Nguyễn Thị Hoa")


def snapshot(number: int) -> snapshots.Snapshot:
    """Certificate number such-and-such: another name, code and address each time."""
    achievement = snapshots.Achievement(
        kind=CertificateKind.COMPLETION_WITH_PORTFOLIO,
        holder=f"{NAMES[number % len(NAMES)]}",
        course_code="ECAMHS-1",
        course_version=1,
        course_title=Bilingual("Child, adolescent and family development", "Datblygiad plant, y glasoed a theuluoedd"),
        minutes=240,
        completed_on=date(2026, 11, 20),
        valid_until=date(2029, 11, 20),
        signed_off=snapshots.SignedOff(date(2026, 11, 22), "Dr Mari Tŷ-Gwyn", "ESL-2026-0042"),
    )
    issued_at = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
    address = f"https://llwybr.example.org/v/{rules.new_code()}"
    return snapshots.take(
        achievement,
        number=rules.serial(number, date(2026, 11, 22)),
        address=address,
        issued_at=issued_at,
        issued_on=date(2026, 11, 22),
    )


def bare_page(number: int) -> bytes:
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=landscape(A4), pageCompression=1, invariant=1)
    page.drawString(100, 100, f"Certificate {number}")
    page.showPage()
    page.save()
    return out.getvalue()


def best(work: Callable[[int], object]) -> float:
    """Seconds of processor time for one, in the best batch."""
    work(0)
    found = float("inf")
    for batch in range(BATCHES):
        started = time.process_time()
        for number in range(BATCH):
            work(batch * BATCH + number)
        found = min(found, (time.process_time() - started) / BATCH)
    return found


def main() -> None:
    taken = [snapshot(number) for number in range(BATCHES * BATCH)]
    draw = DESIGNS[CURRENT]
    limit = best(bare_page)
    print(f"design {CURRENT}; processor time, best of {BATCHES} batches of {BATCH}")
    print(f"{'':28}{'ms each':>9}{'per second':>12}{'× bare page':>13}{'bytes':>9}")

    def line(what: str, seconds: float, size: int) -> None:
        print(f"{what:28}{seconds * 1000:9.2f}{1 / seconds:12.0f}{seconds / limit:13.1f}{size or '':>9}")

    line("bare ReportLab page", limit, len(bare_page(1)))
    for edition in ("en", "cy", "both"):
        size = len(draw(taken[0], edition))
        line(f"certificate, {edition}", best(lambda number, edition=edition: draw(taken[number], edition)), size)
    key = sealing.read_key(sealing.new_key("Llwybr, for measuring", datetime.now(UTC)))
    drawn = draw(taken[0], "cy")
    sealed = sealing.sealed(drawn, SEAL_FIELD, key, reason="x")
    line("its seal alone", best(lambda _: sealing.sealed(drawn, SEAL_FIELD, key, reason="x")), len(sealed))
    line("of which the QR code", best(lambda number: qr_operators(taken[number].address, 0, 0, 90)), 0)
    line("snapshot of what is printed", best(snapshot), 0)
    badges()


def badges() -> None:
    """Signed by a key of each kind, and the signature alone. No database: what is described is given."""
    app = Flask("measuring")
    app.config["PUBLIC_URL"] = "https://llwybr.example.org"
    at = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
    aims = tuple(
        Aim(
            f"https://llwybr.example.org/ims/case/v1p0/CFItems/{place}",
            "Knows how children develop",
            f"C1.F{place}",
            "CAMHS",
        )
        for place in range(5)
    )
    it = Achieved(
        "ECAMHS-1", 1, "en", "CertificateOfCompletion", "Child, adolescent and family development", "What it is about.",
        "Complete the whole course: 4 hours of learning.", 240, aims,
    )  # fmt: skip
    print(f"\n{'badge':28}{'ms each':>9}{'per second':>12}{'× signature':>13}{'bytes':>9}")
    for kind, secured in ((KeyKind.ED25519, securing.with_proof), (KeyKind.RSA, securing.as_token)):
        key = Signer(
            uuid4(), "k", kind, new_private(kind), "did:web:llwybr.example.org#k", "https://llwybr.example.org/keys/k"
        )

        def sign(number: int, secured: Any = secured, key: Signer = key) -> Any:
            held = Held(
                uuid4(), f"LLW-2026-{number:06d}", "Certificate of completion", NAMES[number % len(NAMES)],
                "somebody@example.org", "salt", at, date(2026, 11, 20), date(2029, 11, 20),
                f"https://llwybr.example.org/v/{number}", (), 1, number,
            )  # fmt: skip
            said = documents.credential(held, it)
            return secured(said, key, at) if secured is securing.with_proof else secured(said, key)

        with app.app_context():
            bare = best(lambda number, key=key: key.sign(number.to_bytes(64, "big")))
            whole, made = best(sign), sign(1)
        size = len(made if isinstance(made, str) else json.dumps(made))
        for what, seconds, bytes_ in (
            (f"{kind.value} signature alone", bare, ""),
            (f"badge, {kind.value}", whole, size),
        ):
            print(f"{what:28}{seconds * 1000:9.2f}{1 / seconds:12.0f}{seconds / bare:13.1f}{bytes_:>9}")


if __name__ == "__main__":
    main()
