"""Where statements may be sent: web addresses, and no machine of the inside unless the settings say so."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urlsplit

_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits


class Barred(Exception):
    """We do not go there. The message says why, and holds no secret."""


def endpoint(text: str) -> str:
    """The address without its last slash or `/statements`. Raises ValueError for what is no store's address."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("An address begins with https:// and names a host")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("The address of a store has no user, query or fragment")
    if any(character.isspace() or ord(character) < 32 for character in text.strip()):
        raise ValueError("An address has no spaces")
    path = quote(parts.path.rstrip("/").removesuffix("/statements").rstrip("/"), safe="/%:@!$&'()*+,;=-._~")
    return f"{parts.scheme}://{parts.netloc.encode('idna').decode()}{path}"


def check_endpoint(text: str, *, private: bool) -> None:
    """What can be told without asking the network. `private`: addresses of the inside are allowed, and so is HTTP."""
    parts = urlsplit(text)
    if not private and parts.scheme != "https":
        raise Barred("Statements and their key are sent by HTTPS only")
    try:
        literal = ip_address((parts.hostname or "").partition("%")[0])
    except ValueError:
        return
    if not private and not is_public(literal):
        raise Barred(f"{literal} is not a public address")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Not of this machine, its network, or any other inside; nor one of those in an IPv6 wrapping."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast
