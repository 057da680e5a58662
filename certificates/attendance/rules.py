"""Does a certificate say otherwise than the registers, and what can be done about it? Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from certificates.attendance.models import Settlement
from certificates.snapshots import attendance_line, printed_attendance

CHOICES = {
    True: (Settlement.REISSUED, Settlement.KEPT),
    False: (Settlement.REVOKED, Settlement.KEPT),
}
"""By whether enough is still attended: the first is what the registers ask for."""


def contradicts(snapshot: Mapping[str, Any], attended: Sequence[tuple[date, int]], *, enough: bool) -> bool:
    """Not enough was attended for it; or it names days and time, and they are others. Where it names none, none are wrong."""
    if not enough:
        return True
    said = printed_attendance(snapshot, "en")
    return said is not None and said != attendance_line(attended, "en")
