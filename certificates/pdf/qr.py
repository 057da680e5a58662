"""A QR code as one vector path."""

import re
from functools import lru_cache
from typing import Any

import zxingcpp

_DARK = re.compile(rb"\0+")


@lru_cache(maxsize=8)
def _rows(address: str) -> tuple[bytes, ...]:
    """The modules, dark ones 0; the pages of one certificate share them. A tenth of the time of encoders in Python."""
    made = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    drawn: Any = zxingcpp.write_barcode_to_image(made, scale=1, add_quiet_zones=False)
    image = memoryview(drawn)
    plain, wide = image.tobytes(), drawn.shape[1]
    return tuple(plain[start : start + wide] for start in range(0, len(plain), wide))


def modules(address: str) -> int:
    """How many modules wide the code for `address` is."""
    return len(_rows(address))


def qr_operators(address: str, x: float, y: float, size: float) -> str:
    """Drawing operators for `address`, error correction M, its lower left corner at (x, y), `size` points wide.

    The four modules of quiet space around it (ISO/IEC 18004 §6.3.8) are the caller's.
    """
    rows = _rows(address)
    module = size / len(rows)
    high = module + 0.02  # the hair's breadth of overlap keeps viewers from showing seams between rows
    parts = ["0 0 0 rg"]
    for row_number, row in enumerate(rows):
        bottom = y + size - (row_number + 1) * module
        for run in _DARK.finditer(row):
            start, end = run.span()
            parts.append(f"{x + start * module:.2f} {bottom:.2f} {(end - start) * module:.2f} {high:.2f} re")
    return " ".join((*parts, "f"))
