"""Ten thousand certificates as one job: how many a second, sealed or not, and whether memory stays flat.

What the export's job does, without the database: draw, seal, write into a zip, forget. Resident memory is read every
thousand. Run: python benchmarks/certificates_many.py [how many]
"""

import sys
import tempfile
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.certificates import snapshot
from certificates.designs import CURRENT, DESIGNS, SEAL_FIELD
from certificates.pdf import sealing


def resident() -> float:
    """Megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1_000_000


def run(many: int, key: sealing.SealKey | None) -> None:
    draw, started, memory = DESIGNS[CURRENT], time.process_time(), []
    with tempfile.TemporaryFile() as out, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for number in range(many):
            content = draw(snapshot(number), "cy" if number % 2 else "en")
            if key is not None:
                content = sealing.sealed(content, SEAL_FIELD, key, reason="Certificate")
            package.writestr(f"{number}.pdf", content)
            if number % max(many // 10, 1) == 0:
                memory.append(resident())
    spent = time.process_time() - started
    grown = memory[-1] - memory[1]
    print(f"{'sealed' if key else 'unsealed':9}{many:7} in {spent:6.1f} s of processor time, {many / spent:5.0f} a second; "
          f"memory {memory[1]:.0f} MB after a tenth, {memory[-1]:.0f} MB at the end ({grown:+.0f})")  # fmt: skip


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    run(many, None)
    run(many // 10, sealing.read_key(sealing.new_key("Llwybr, for measuring", datetime.now(UTC))))


if __name__ == "__main__":
    main()
