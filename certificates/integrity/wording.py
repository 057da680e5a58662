"""What a fault is called."""

from collections.abc import Mapping

from lms.core.language import Bilingual

FAULTS = {
    "award": Bilingual(
        "Certificate {which}: it, or what happened to it, was changed",
        "Tystysgrif {which}: fe'i newidiwyd, neu newidiwyd yr hyn a ddigwyddodd iddi",
    ),
    "unlisted": Bilingual(
        "Certificate {which}: something happened to it that the ledger does not know",
        "Tystysgrif {which}: digwyddodd rhywbeth iddi nad yw'r llyfr yn gwybod amdano",
    ),
    "ledger": Bilingual(
        "Line {which} of the ledger, or the event that it stands for, was changed or removed",
        "Newidiwyd neu dilëwyd llinell {which} o'r llyfr, neu'r digwyddiad y mae'n ei gynrychioli",
    ),
}


def told(fault: Mapping[str, str]) -> Bilingual:
    """Of `LedgerCheck.faults`."""
    said = FAULTS[fault["what"]]
    return Bilingual(said.en.format(which=fault["which"]), said.cy.format(which=fault["which"]))
