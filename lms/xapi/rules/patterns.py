"""The text forms of xAPI, as regular expressions without look-around, so that any engine runs them in linear time."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_YMD = r"(?:\d+Y(?:\d+M)?(?:\d+(?:\.\d+)?D)?|\d+M(?:\d+(?:\.\d+)?D)?|\d+(?:\.\d+)?[YMD])"
_HMS = r"(?:\d+H(?:\d+M)?(?:\d+(?:\.\d+)?S)?|\d+M(?:\d+(?:\.\d+)?S)?|\d+(?:\.\d+)?[HMS])"
_SUBTAGS = (
    r"(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?(?:-(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*"
    r"(?:-[A-WY-Za-wy-z0-9](?:-[A-Za-z0-9]{2,8})+)*(?:-[Xx](?:-[A-Za-z0-9]{1,8})+)?"
)

UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"  # RFC 9562
IRI = (
    r'^[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>"{}|\\^`\x7f]+$'  # RFC 3987: a scheme, and nothing a reader would break at
)
MBOX = r"^mailto:[^\s@]+@[^\s@]+$"
SHA1 = r"^[0-9a-fA-F]{40}$"
SHA2 = r"^(?:[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})$"  # 224, 256, 384 or 512 bits
MEDIA_TYPE = r"^[A-Za-z0-9!#$&^_.+\-]+/[A-Za-z0-9!#$&^_.+\-]+(?: *;.*)?$"
VERSION = r"^[12]\.0(?:\.\d+)?$"
TIMESTAMP = (
    r"^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt ](?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?"
    r"(?:[Zz]|[+\-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)$"
)  # ISO 8601 with its offset; RFC 3339 lets the T be a space
DURATION = rf"^P(?:\d+(?:\.\d+)?W|{_YMD}(?:T{_HMS})?|T{_HMS})$"  # ISO 8601; weeks stand alone
LANGUAGE = (
    rf"^(?:(?:[A-Za-z]{{2,3}}(?:-[A-Za-z]{{3}}){{0,3}}|[A-Za-z]{{4}}|[A-Za-z]{{5,8}}){_SUBTAGS}"
    r"|[Xx](?:-[A-Za-z0-9]{1,8})+|[Ii]-[A-Za-z]{2,8}|en-GB-oed|sgn-(?:BE-FR|BE-NL|CH-DE))$"
)  # RFC 5646 §2.1

_UUID, _IRI, _TIMESTAMP, _LANGUAGE = (re.compile(each) for each in (UUID, IRI, TIMESTAMP, LANGUAGE))
_NO_OFFSET = re.compile(r"-00(?::?00)?$")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_uuid(text: str) -> bool:
    return _UUID.match(text) is not None


def is_iri(text: str) -> bool:
    return _IRI.match(text) is not None


def is_language(text: str) -> bool:
    return _LANGUAGE.match(text) is not None


@lru_cache(4096)  # a statement's own is asked for twice, and a batch has few
def instant(text: str) -> datetime:
    """The instant, to the microsecond, in UTC. Raises ValueError on what xAPI refuses, such as the offset -00:00."""
    if not _TIMESTAMP.match(text) or _NO_OFFSET.search(text, 10):
        raise ValueError(f"{text!r} is not an ISO 8601 date and time with a time zone")
    if leap := text[16:19] == ":60":
        text = f"{text[:16]}:59{text[19:]}"
    found = datetime.fromisoformat(text.upper().replace(" ", "T").replace(",", "."))
    return (found + timedelta(seconds=leap)).astimezone(UTC)


def microseconds(moment: datetime) -> int:
    """Since 1970, exactly."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(microseconds_: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds_)


def written(microseconds_: int) -> str:
    """`2026-03-01T09:00:00.000064Z`: always six digits, so that text sorts as time does."""
    seconds, rest = divmod(microseconds_, 1_000_000)
    return f"{_second(seconds)}.{rest:06}Z"


@lru_cache(256)
def _second(seconds: int) -> str:
    return moment(seconds * 1_000_000).strftime("%Y-%m-%dT%H:%M:%S")
