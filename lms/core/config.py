"""Settings, from the environment. Every fault is reported at once, with the name to mend."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class ConfigurationFault(Exception):
    """One or more settings are wrong; the message lists them all."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("These settings need attention:\n" + "\n".join(f"  - {fault}" for fault in faults))
        self.faults = faults


def _setting(default: Any, about: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"about": about, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """One field a setting; its environment name is `LLWYBR_` and the field in capitals (DATABASE_URL has no prefix)."""

    database_url: str = _setting("", "PostgreSQL 15+; empty: an embedded one in the instance folder", secret=True)
    instance: Path = _setting(Path("var"), "Folder for the embedded database, files and keys")
    public_url: str = _setting("http://127.0.0.1:8000", "Where people reach this service; printed on certificates")
    content_origin: str = _setting(
        "",
        "Origin of course packages, apart from that of the pages; a * becomes a name for each package; empty on one"
        " machine: localhost beside 127.0.0.1",
    )
    secret_key: str = _setting(
        "", "Signs sessions and links; at least 32 characters; empty: kept in the instance folder", secret=True
    )
    development: bool = _setting(True, "Shows the outbox page and allows cookies without TLS")
    demonstration: bool = _setting(False, "Says on every page that the people are invented")
    mail_url: str = _setting("", "smtp://user:password@host:587 ; empty: mail stays in the outbox", secret=True)
    mail_from: str = _setting("llwybr@example.org", "Sender of mail")
    files_url: str = _setting("", "Where evidence files lie: a folder or s3://bucket/path; empty: the instance folder")
    max_upload_mb: int = _setting(20, "Largest file that may be uploaded, in megabytes")
    max_package_mb: int = _setting(1000, "Largest course package that may be uploaded, in megabytes")
    max_unpacked_mb: int = _setting(2000, "What a course package may unpack to, in megabytes")
    max_package_files: int = _setting(10_000, "Files that a course package may have")
    max_package_ratio: int = _setting(200, "How many times its packed size a large file of a package may unpack to")
    seal_key: str = _setting(
        "",
        "PEM file with the private key and certificate that seal certificates; empty: in development one made in the"
        " instance folder, otherwise they are not sealed",
    )
    clamd: str = _setting("", "Virus scanner: tcp://host:3310 or unix:/run/clamd.sock; empty: files are not scanned")
    database_pool: int = _setting(5, "Database connections kept per process")
    replica_url: str = _setting(
        "", "A hot standby of the same database, for reads of statements that may be a moment old", secret=True
    )
    database_prepare: bool = _setting(True, "Prepared statements; turn off behind PgBouncer in transaction mode")
    allow_private_addresses: bool = _setting(
        True,
        "Other record stores may lie inside our own network, and be spoken to without TLS; without development: no",
    )
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR")

    @property
    def files_location(self) -> str:
        return self.files_url or str(self.instance.resolve() / "files")

    @property
    def seal_location(self) -> str:
        """Where the key is. Empty: there is none."""
        return self.seal_key or (str(self.instance.resolve() / "seal.pem") if self.development else "")

    @property
    def content_address(self) -> str:
        """The origin of course packages: the one that is set, or on one machine its other name. Empty: there is none."""
        if self.content_origin:
            return self.content_origin.rstrip("/")
        parts = urlsplit(self.public_url)
        other = _OTHER_NAME.get(parts.hostname or "")
        return f"{parts.scheme}://{other}{f':{parts.port}' if parts.port else ''}" if other else ""

    @property
    def secure(self) -> bool:
        """Cookies are for TLS only."""
        return urlsplit(self.public_url).scheme == "https"


_OTHER_NAME = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}


def environment_name(setting: str) -> str:
    return "DATABASE_URL" if setting == "database_url" else f"LLWYBR_{setting.upper()}"


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises ConfigurationFault naming every faulty one."""
    environment = os.environ if environment is None else environment
    faults: list[str] = []
    given: dict[str, Any] = {}
    known = {environment_name(each.name): each for each in fields(Settings)}
    faults += [
        f"{name} is not a setting of Llwybr" for name in environment if name.startswith("LLWYBR_") and name not in known
    ]
    for name, each in known.items():
        if (text := environment.get(name, "").strip()) == "":
            continue
        try:
            given[each.name] = _parsed(text, type(each.default))
        except ValueError as fault:
            faults.append(f"{name}: {fault}")
    faults += _checked(given)
    if not given.get("development", True):
        given.setdefault("allow_private_addresses", False)
    if faults:
        raise ConfigurationFault(faults)
    return Settings(**given)


def _parsed(text: str, kind: type) -> Any:
    if kind is bool:
        if text.lower() not in ("1", "0", "true", "false", "yes", "no"):
            raise ValueError(f"write yes or no, not {text!r}")
        return text.lower() in ("1", "true", "yes")
    if kind is int:
        if not text.isdecimal():
            raise ValueError(f"write a whole number, not {text!r}")
        return int(text)
    return Path(text) if issubclass(kind, Path) else text


def _checked(given: dict[str, Any]) -> list[str]:
    faults = [
        f"{environment_name(setting)}: only PostgreSQL is supported; write postgresql://…"
        for setting in ("database_url", "replica_url")
        if (url := given.get(setting)) and urlsplit(url).scheme not in ("postgresql", "postgres")
    ]
    if (url := given.get("public_url")) and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
        faults.append("LLWYBR_PUBLIC_URL: write an address such as https://learn.example.org")
    if (url := given.get("content_origin")) and not _is_origin(url):
        faults.append("LLWYBR_CONTENT_ORIGIN: write an origin such as https://content.example.org, and no path")
    if (url := given.get("content_origin")) and urlsplit(url).netloc == urlsplit(given.get("public_url", "")).netloc:
        faults.append("LLWYBR_CONTENT_ORIGIN: not where the pages are, or packages could act as their readers")
    if given.get("secret_key") and len(given["secret_key"]) < 32:
        faults.append("LLWYBR_SECRET_KEY: at least 32 characters")
    if not given.get("development", True) and not given.get("secret_key"):
        faults.append("LLWYBR_SECRET_KEY: needed when LLWYBR_DEVELOPMENT is no, so that all processes share it")
    if (url := given.get("mail_url")) and urlsplit(url).scheme not in ("smtp", "smtps"):
        faults.append("LLWYBR_MAIL_URL: write smtp://… or smtps://…")
    if (path := given.get("seal_key")) and not Path(path).is_file():
        faults.append("LLWYBR_SEAL_KEY: there is no such file")
    if (url := given.get("clamd")) and urlsplit(url).scheme not in ("tcp", "unix"):
        faults.append("LLWYBR_CLAMD: write tcp://host:3310 or unix:/run/clamd.sock")
    if given.get("log_level", "INFO") not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        faults.append("LLWYBR_LOG_LEVEL: one of DEBUG, INFO, WARNING, ERROR")
    numbers = (
        "max_upload_mb", "max_package_mb", "max_unpacked_mb", "max_package_files", "max_package_ratio", "database_pool",
    )  # fmt: skip
    faults += [f"{environment_name(name)}: at least 1" for name in numbers if given.get(name, 1) < 1]
    return faults


def _is_origin(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not (parts.path.strip("/") or parts.query)
