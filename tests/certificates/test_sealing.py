"""The files by checkers that are not ours: PDF/UA-1 and PDF/A-2a, qpdf, and the seal by poppler."""

import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import page
import pytest
from flask import Flask

from certificates import seal
from certificates.designs import DESIGNS, SEAL_FIELD
from certificates.pdf import sealing
from courses.catalogue.models import CertificateKind
from tests.certificates.test_designs import LONG_TITLE, LONGEST, SIGNED
from tests.factories.certificates import NAME, make_snapshot

PROFILES = (page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_2A)
NAMES = {"usual": NAME, "longest": LONGEST, "other alphabets": "Οδυσσέας Nguyễn Жанна"}


@cache
def key() -> sealing.SealKey:
    return sealing.read_key(sealing.new_key("Llwybr, for tests", datetime.now(UTC)))


def faults(pdf: bytes) -> list[tuple[str, str]]:
    found = [page.validate_pdf_bytes(pdf, profile=profile).failures for profile in PROFILES]
    return [(str(each.rule_id), str(each.message)) for failures in found for each in failures]


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("edition", ["en", "cy", "both"])
@pytest.mark.parametrize("design", DESIGNS)
def test_a_certificate_passes_pdf_ua_1_and_pdf_a_2a(design: str, edition: str, name: str, sealed: bool) -> None:
    more: dict[str, Any] = {"course_title": LONG_TITLE, "signed_off": SIGNED} if name == "longest" else {}
    pdf = DESIGNS[design](make_snapshot(holder=NAMES[name], kind=CertificateKind.STATUTORY, **more), edition)
    assert faults(sealing.sealed(pdf, SEAL_FIELD, key(), reason="x") if sealed else pdf) == []


@pytest.mark.parametrize("edition", ["en", "cy", "both"])
def test_a_specimen_passes_too(edition: str) -> None:
    assert faults(DESIGNS["contour-1"](make_snapshot(), edition, specimen=True)) == []


def test_the_checker_does_find_faults() -> None:
    pdf = DESIGNS["contour-1"](make_snapshot(), "en")
    for real, broken in (
        (b"/Lang (en-GB)", b"/Lunk (en-GB)"),
        (b"/Marked true", b"/Marked nope"),
        (b"/TU <", b"/TX <"),
    ):
        assert real in pdf
        assert faults(pdf.replace(real, broken)) != []


def test_qpdf_and_pdfsig_accept_the_seal_and_see_a_changed_byte(tmp_path: Path) -> None:
    drawn = DESIGNS["contour-1"](make_snapshot(), "both")
    good = sealing.sealed(drawn, SEAL_FIELD, key(), reason="Certificate of completion")
    assert good.startswith(drawn)
    place = len(drawn) // 2
    bad = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
    for name, content in (("good", good), ("bad", bad)):
        (tmp_path / f"{name}.pdf").write_bytes(content)
    checked = subprocess.run(["qpdf", "--check", tmp_path / "good.pdf"], capture_output=True, text=True)
    assert (checked.returncode, "No syntax or stream encoding errors" in checked.stdout) == (0, True)
    said = {
        name: subprocess.run(["pdfsig", tmp_path / f"{name}.pdf"], capture_output=True, text=True).stdout
        for name in ("good", "bad")
    }
    for wanted in ("Signature is Valid.", "ETSI.CAdES.detached", "Total document signed", f"Name: {SEAL_FIELD}"):
        assert wanted in said["good"]
    assert "Signature is Valid." not in said["bad"]


def test_a_reader_that_follows_the_structure_hears_it_in_order(tmp_path: Path) -> None:
    (tmp_path / "c.pdf").write_bytes(DESIGNS["contour-1"](make_snapshot(), "cy"))
    heard = subprocess.run(["pdfinfo", "-struct-text", tmp_path / "c.pdf"], capture_output=True, text=True).stdout
    wanted = ["datblygiad iechyd meddwl", "Tystysgrif cwblhau", "Tystir bod", NAME, "Datblygiad plant", "Cwblhawyd ar",
              "LLW-2026-000123", "Gwiriwch y dystysgrif hon yn"]  # fmt: skip
    places = [heard.index(each) for each in wanted]
    assert places == sorted(places)


def test_the_key_is_the_one_that_is_set(app: Flask, tmp_path: Path) -> None:
    own = seal.key()
    assert own is not None
    assert seal.key() is own
    path = Path(app.config["SEAL_KEY"])
    assert path.stat().st_mode & 0o077 == 0
    (tmp_path / "other.pem").write_bytes(sealing.new_key("Another", datetime.now(UTC)))
    try:
        app.config["SEAL_KEY"] = str(tmp_path / "other.pem")
        assert seal.key() != own
        app.config["SEAL_KEY"] = ""
        assert seal.key() is None
    finally:
        app.config["SEAL_KEY"] = str(path)


def test_half_a_key_is_refused() -> None:
    one, other = (sealing.new_key("x", datetime.now(UTC)) for _ in range(2))
    cut = one.index(b"-----BEGIN CERTIFICATE")
    for pem in (one[:cut], one[cut:], b"", one[:cut] + other[other.index(b"-----BEGIN CERTIFICATE") :]):
        with pytest.raises(sealing.UnusableSeal):
            sealing.read_key(pem)
