"""What a thing of a framework is known by in the world."""

from uuid import UUID, uuid5

NAMESPACE = UUID("6f0b6a52-2c1b-5d0e-9a3e-8f6f2f0d7c11")


def known_by(framework: str, kind: str, code: str | int) -> UUID:
    """The identifier of what reference data bring in: on every machine the same (RFC 9562 §5.5, version 5)."""
    return uuid5(NAMESPACE, f"{framework}/{kind}/{code}")


def part_of(identifier: UUID, what: str) -> UUID:
    """The identifier of something that only exports name, such as the rubric of a version or a place in its tree."""
    return uuid5(identifier, what)
