"""What comes out of the printer: read back from the file itself."""

import io
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from certificates import snapshots
from certificates.designs import CURRENT, DESIGNS
from certificates.pdf import fonts, skeletons
from courses.catalogue.models import CertificateKind
from lms.core.language import Bilingual
from tests.factories.certificates import NAME, make_snapshot

LONGEST = "Wilhelmina Ffion Angharad Llywelyn-Gruffydd ap Rhydderch o Lanfairpwllgwyngyll Fawr a'r Cylch"
LONG_TITLE = Bilingual(
    "Approved mental health professional: refresher in law and practice for experienced practitioners working in rural "
    "and remote communities across the whole of Wales",
    "Gweithiwr proffesiynol iechyd meddwl cymeradwy: gloywi'r gyfraith a'r ymarfer i ymarferwyr profiadol sy'n "
    "gweithio mewn cymunedau gwledig ac anghysbell ledled Cymru gyfan",
)
SIGNED = snapshots.SignedOff(date(2026, 11, 22), "Dr Mari Tŷ-Gwyn", "ESL-2026-0042")


def draw(edition: str, **given: Any) -> PdfReader:
    return PdfReader(io.BytesIO(DESIGNS[CURRENT](make_snapshot(**given), edition)))


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("edition", ["en", "cy", "both"])
def test_everything_in_the_snapshot_is_on_the_page(design: str, edition: str) -> None:
    snapshot = make_snapshot(kind=CertificateKind.COMPLETION_WITH_PORTFOLIO, signed_off=SIGNED)
    reader = PdfReader(io.BytesIO(DESIGNS[design](snapshot, edition)))
    languages = ["cy", "en"] if edition == "both" else [edition]
    assert len(reader.pages) == len(languages)
    for page, language in zip(reader.pages, languages, strict=True):
        printed, text = snapshot.printed(language), words(page.extract_text())
        facts = [each for fact in printed.facts for each in fact]
        for wanted in (printed.title, printed.holder, printed.statement, printed.course, *printed.notes, *facts):
            assert words(wanted) in text
        assert snapshot.address in text


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("holder", [NAME, LONGEST, "Οδυσσέας Nguyễn Жанна"])
def test_the_qr_code_leads_to_the_verification_page(language: str, holder: str) -> None:
    snapshot = make_snapshot(holder=holder, course_title=LONG_TITLE)
    pdf = DESIGNS[CURRENT](snapshot, language)
    (page,) = (page.render(scale=110 / 72).to_pil() for page in pypdfium2.PdfDocument(pdf))
    assert [each.text for each in zxingcpp.read_barcodes(page)] == [snapshot.address]


def test_the_longest_name_and_title_stay_clear_of_the_facts_beneath() -> None:
    places: list[tuple[str, float]] = []
    page = draw(
        "cy", holder=LONGEST, course_title=LONG_TITLE, kind=CertificateKind.APPROVAL_EVIDENCE, signed_off=SIGNED
    )
    page.pages[0].extract_text(visitor_text=lambda text, _cm, tm, _font, _size: places.append((text, tm[5])))
    facts = max(y for text, y in places if "Cwblhawyd ar" in text)
    notes = min(y for text, y in places if "gymeradwyaeth" in text)
    assert notes > facts + 20


@pytest.mark.parametrize("language", ["en", "cy"])
def test_as_many_days_as_a_course_may_have_stay_clear_of_the_facts_too(language: str) -> None:
    places: list[tuple[str, float]] = []
    days = [(date(2026, 1, 5) + timedelta(days=9 * week), 360) for week in range(30)]
    page = draw(language, holder=LONGEST, course_title=LONG_TITLE, kind=CertificateKind.ATTENDANCE, attended=days)
    page.pages[0].extract_text(visitor_text=lambda text, _cm, tm, _font, _size: places.append((text, tm[5])))
    facts = max(y for text, y in places if ("Completed on" if language == "en" else "Cwblhawyd ar") in text)
    (last,) = (y for text, y in places if ("180 hours" if language == "en" else "180 awr") in text)
    assert last > facts + 20


def test_every_font_is_embedded_with_a_map_to_unicode() -> None:
    fonts_used = draw("cy").pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    assert fonts_used
    for font in fonts_used.values():
        it = font.get_object()
        assert "/FontFile2" in it["/FontDescriptor"].get_object()
        assert "/ToUnicode" in it


def test_the_file_is_tagged_titled_and_says_its_language() -> None:
    reader = draw("both")
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/Lang"] == "cy"
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data()
    document = root["/StructTreeRoot"]["/K"][0]
    *parts, seal = [part.get_object() for part in document["/K"]]
    assert [(part["/S"], part["/Lang"]) for part in parts] == [("/Part", "cy"), ("/Part", "en-GB")]
    assert seal["/S"] == "/Form"
    tags = [kid.get_object()["/S"] for kid in parts[0]["/K"]]
    assert tags == ["/P", "/P", "/H1", "/P", "/P", "/P", "/H2", "/L", "/Figure", "/P"]
    figure = next(kid.get_object() for kid in parts[0]["/K"] if kid.get_object()["/S"] == "/Figure")
    assert "Cod QR" in figure["/Alt"]


def test_all_content_is_marked_as_meaning_or_as_decoration() -> None:
    for page in draw("both").pages:
        depth = 0
        for line in page.get_contents().get_data().decode("latin-1").split("\n"):  # type: ignore[union-attr]
            depth += line.count(" BDC") + line.count(" BMC") - (line == "EMC")
            assert depth <= 1
            if line.endswith(" ET") and "(" in line:
                assert depth == 1, line
        assert isinstance(page["/StructParents"], int)
        assert depth == 0


def test_every_structure_key_has_its_owner() -> None:
    root: Any = draw("both").root_object
    numbers = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    assert numbers[::2] == list(range(len(numbers) // 2))
    assert all(isinstance(each.get_object(), (list, DictionaryObject)) for each in numbers[1::2])


def test_the_same_snapshot_gives_the_same_bytes_in_another_process() -> None:
    script = (
        "import hashlib; from tests.factories.certificates import make_snapshot; from certificates.designs import *;"
        "print(hashlib.sha256(DESIGNS[CURRENT](make_snapshot(), 'both')).hexdigest())"
    )
    root = Path(__file__).parents[2]
    seen = {
        subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(seen) == 1
    drawn = DESIGNS[CURRENT](snapshots.read(make_snapshot().stored()), "both")
    assert drawn == DESIGNS[CURRENT](make_snapshot(), "both")


def test_the_faces_have_every_welsh_letter() -> None:
    welsh = "ŵŷŴŶâêîôûÂÊÎÔÛïëöäüẁẃẅẀẂẄỳýỲÝŸÿàèìòùáéíóú’‘"
    for name, face in fonts.faces().items():
        assert face.lacks(welsh) == set(), name
    assert fonts.unprintable(["Siân Ŵyn Llŷr", "Жанна", "Nguyễn", "Οδυσσέας"]) == set()


def test_a_name_that_no_face_can_draw_is_found_before_issue_and_never_drawn_as_boxes() -> None:
    assert fonts.unprintable(["Li 李 Wen", "عمر"]) == set("李عمر")
    with pytest.raises(ValueError, match="no glyph"):
        DESIGNS[CURRENT](make_snapshot(holder="李文"), "en")


def test_a_snapshot_survives_its_storage_and_its_fingerprint_notices_a_change() -> None:
    snapshot = make_snapshot(signed_off=SIGNED, valid_until=date(2029, 11, 20))
    stored = snapshot.stored()
    assert snapshots.read(stored) == snapshot
    before = snapshots.fingerprint(stored)
    assert snapshots.fingerprint(snapshots.read(stored).stored()) == before
    stored["cy"]["holder"] = "Rhywun Arall"
    assert snapshots.fingerprint(stored) != before


@pytest.mark.parametrize("kind", [kind for kind in CertificateKind if kind is not CertificateKind.NONE])
def test_every_kind_of_certificate_has_words_in_both_languages(kind: CertificateKind) -> None:
    snapshot = make_snapshot(kind=kind)
    for field in ("title", "statement", "opening", "check", "course"):
        english, welsh = getattr(snapshot.en, field), getattr(snapshot.cy, field)
        assert english
        assert welsh
        assert english != welsh


@pytest.mark.parametrize(
    ("minutes", "english", "welsh"),
    [(45, "45 minutes", "45 munud"), (60, "1 hour", "1 awr"), (90, "1.5 hours", "1.5 awr"), (240, "4 hours", "4 awr")],
)
def test_learning_time_is_said_as_people_say_it(minutes: int, english: str, welsh: str) -> None:
    snapshot = make_snapshot(minutes=minutes)
    assert dict(snapshot.en.facts)["Learning time"] == english
    assert dict(snapshot.cy.facts)["Amser dysgu"] == welsh


def test_what_was_drawn_before_leaves_nothing_in_what_is_drawn_after() -> None:
    plain, other = make_snapshot(), make_snapshot(holder="Οδυσσέας Жанна", minutes=45)
    before = DESIGNS[CURRENT](plain, "en")
    skeletons._kept.clear()
    DESIGNS[CURRENT](other, "en")
    DESIGNS[CURRENT](make_snapshot(holder="Somebody Else"), "en")
    assert DESIGNS[CURRENT](plain, "en") == before
    skeletons._kept.clear()
    assert b"Somebody" not in DESIGNS[CURRENT](plain, "en")


def test_a_specimen_says_so_in_words_and_has_no_place_for_a_seal() -> None:
    reader = PdfReader(io.BytesIO(DESIGNS[CURRENT](make_snapshot(), "both", specimen=True)))
    for page, word, note in zip(reader.pages, ("SBESIMEN", "SPECIMEN"), ("Sbesimen, i", "A specimen, to"), strict=True):
        text = words(page.extract_text())
        assert word in text
        assert note in text
    assert "/AcroForm" not in reader.root_object


def test_the_file_is_dated_by_its_issue() -> None:
    assert draw("en").metadata.creation_date == datetime(2026, 11, 22, 21, 0, tzinfo=UTC)  # type: ignore[union-attr]
