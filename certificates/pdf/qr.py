"""A QR code as one vector path."""

from functools import lru_cache

import segno

MASK = 4
"""Any mask decodes; a fixed one spares scoring all eight, five sixths of the time."""


@lru_cache(maxsize=8)
def _rows(address: str) -> tuple[bytearray, ...]:
    """The modules, dark ones 1; the pages of one certificate share them."""
    matrix: tuple[bytearray, ...] = segno.make(address, error="m", micro=False, boost_error=False, mask=MASK).matrix
    return matrix


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
        start: int | None = None
        for column, dark in enumerate((*row, 0)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                parts.append(f"{x + start * module:.3f} {bottom:.3f} {(column - start) * module:.3f} {high:.3f} re")
                start = None
    return " ".join((*parts, "f"))
