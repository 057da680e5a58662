"""Where the parts of badges are found: in credentials for good, so never changed. All under LLWYBR_PUBLIC_URL."""

from urllib.parse import quote

from certificates.keys.issuer import root


def achievement(code: str, number: int, language: str) -> str:
    return f"{root()}/achievements/{quote(code, safe='')}/{number}/{language}"


def picture(code: str, number: int, language: str) -> str:
    return f"{achievement(code, number, language)}/badge.png"


def criteria(code: str, number: int, language: str) -> str:
    """The page that people read."""
    return f"{root()}/{language}/achievements/{quote(code, safe='')}/{number}"


def issuer(language: str) -> str:
    return f"{root()}/issuer/{language}"


def status(number: int) -> str:
    return f"{root()}/status/{number}"


def hosted_issuer(language: str) -> str:
    """This and the following: Open Badges 2.0."""
    return f"{root()}/ob2/issuer/{language}"


def hosted_class(code: str, number: int, language: str) -> str:
    return f"{root()}/ob2/badges/{quote(code, safe='')}/{number}/{language}"


def hosted_assertion(code: str, language: str) -> str:
    return f"{root()}/ob2/assertions/{code}/{language}"
