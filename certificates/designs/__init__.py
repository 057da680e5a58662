"""How a certificate looks: one drawing file each. A design that has been issued with is kept, and never changed.

A design is `draw(snapshot, language) -> bytes`: pure, and reproducible to the byte. To change one, add another beside
it.
"""

from collections.abc import Callable, Mapping

from certificates.designs import contour
from certificates.snapshots import Snapshot

Draw = Callable[[Snapshot, str], bytes]

DESIGNS: Mapping[str, Draw] = {
    "contour-1": contour.draw,
}
CURRENT = "contour-1"
