"""Badges, signed by the use case that signs them; and keys that are made once, for making RSA keys takes a while."""

from functools import cache

import pytest

from certificates.badges import services
from certificates.badges.models import Form
from certificates.keys import rules
from certificates.keys.rules import KeyKind, Private
from certificates.models import Award
from lms.core.db import transaction
from lms.core.permissions import Actor

_made = rules.new_private


@cache
def rsa_key(number: int) -> Private:
    return _made(KeyKind.RSA)


def reuse_rsa_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first RSA key that a test makes is the first of every test, and so on."""
    made: list[int] = []

    def new_private(kind: KeyKind) -> Private:
        if kind is not KeyKind.RSA:
            return _made(kind)
        made.append(len(made))
        return rsa_key(made[-1])

    monkeypatch.setattr(rules, "new_private", new_private)


def holder_of(award: Award) -> Actor:
    return Actor(award.learner_id, "Holder")


def make_badge(award: Award, form: Form = Form.JSON, language: str = "en") -> str:
    with transaction():
        return services.badge(holder_of(award), award.id, form, language)
