"""Settings: every fault at once, each with the name to mend."""

import pytest

from lms.core.config import ConfigurationFault, Settings, load


def test_nothing_given_is_a_working_machine() -> None:
    assert load({}) == Settings()


def test_every_fault_is_reported_at_once() -> None:
    wrong = {
        "DATABASE_URL": "mysql://x/y",
        "LLWYBR_REPLICA_URL": "mysql://x/z",
        "LLWYBR_PUBLIC_URL": "learn.example.org",
        "LLWYBR_SECRET_KEY": "short",
        "LLWYBR_DEVELOPMENT": "maybe",
        "LLWYBR_MAIL_URL": "http://mail",
        "LLWYBR_MAX_UPLOAD_MB": "lots",
        "LLWYBR_DATABASE_POOL": "0",
        "LLWYBR_LOG_LEVEL": "LOUD",
        "LLWYBR_PUBLIC_URI": "https://a.misspelt.name",
    }
    with pytest.raises(ConfigurationFault) as caught:
        load(wrong)
    told = "\n".join(caught.value.faults)
    assert all(name in told for name in wrong), told
    assert "short" not in told


def test_production_needs_a_shared_key() -> None:
    with pytest.raises(ConfigurationFault, match="LLWYBR_SECRET_KEY"):
        load({"LLWYBR_DEVELOPMENT": "no"})
    assert load({"LLWYBR_DEVELOPMENT": "no", "LLWYBR_SECRET_KEY": "k" * 32}).development is False


def test_cookies_are_for_tls_where_the_address_is() -> None:
    assert load({"LLWYBR_PUBLIC_URL": "https://learn.example.org"}).secure
    assert not load({}).secure


def test_inner_addresses_are_for_development_unless_said_otherwise() -> None:
    production = {"LLWYBR_DEVELOPMENT": "no", "LLWYBR_SECRET_KEY": "k" * 32}
    assert load({}).allow_private_addresses
    assert not load(production).allow_private_addresses
    assert load(production | {"LLWYBR_ALLOW_PRIVATE_ADDRESSES": "yes"}).allow_private_addresses
    assert not load({"LLWYBR_ALLOW_PRIVATE_ADDRESSES": "no"}).allow_private_addresses
