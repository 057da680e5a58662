"""The words that credentials are written in (JSON-LD contexts), as they were published. None is ever fetched.

What a signature covers depends on them, so they lie beside the code: W3C Verifiable Credentials 2.0, and 1EdTech Open
Badges 3.0.3. Whatever else a document names is refused.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
FILES = {CREDENTIALS: "credentials-v2.json", OPEN_BADGES: "open-badges-3.0.3.json"}
FOLDER = Path(__file__).parent / "contexts"


class Unknown(Exception):
    """A context that is not beside the code."""


@cache
def context(address: str) -> dict[str, Any]:
    """Raises Unknown."""
    if address not in FILES:
        raise Unknown(address)
    found: dict[str, Any] = json.loads((FOLDER / FILES[address]).read_text(encoding="utf-8"))
    return found


def loader(address: str, _options: Any = None) -> dict[str, Any]:
    """For PyLD, in place of its own, which would ask the network."""
    return {
        "contextUrl": None, "documentUrl": address, "contentType": "application/ld+json", "document": context(address),
    }  # fmt: skip
