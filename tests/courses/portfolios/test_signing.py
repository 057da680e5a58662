"""The hash of what was signed: anybody can compute it again, and every tampering shows."""

import hashlib
import json
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from courses.portfolios import signing
from courses.portfolios.models import SignOff
from lms.core.db import db, transaction
from tests.factories.portfolios import a_pair, sign


def test_the_hash_can_be_computed_with_nothing_but_json_and_sha256(app: Flask) -> None:
    signature = sign(a_pair("PF-ECAMHS-2"))
    db.session.expire_all()
    kept = db.session.get_one(SignOff, signature.id)
    plain = json.dumps(kept.content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashlib.sha256(plain).hexdigest() == kept.content_hash
    assert kept.content["template"]["code"] == "PF-ECAMHS-2"
    assert [len(item["decisions"]) for item in kept.content["items"]] == [1, 1]
    assert kept.content["signature"]["licence"] == kept.licence_number


def test_a_signature_cannot_be_changed_in_the_database(app: Flask) -> None:
    sign(a_pair())
    for statement in ("UPDATE portfolio_sign_off SET statement = ''", "DELETE FROM evidence_decision"):
        with pytest.raises(IntegrityError, match="append"), transaction():
            db.session.execute(text(statement))


TAMPERED = {
    "the signed text": "UPDATE portfolio_sign_off SET content = jsonb_set(content, '{items,0,body}', '\"other\"')",
    "the evidence itself": "UPDATE evidence_item SET body = 'other' WHERE body <> ''",
    "the file's row": "UPDATE evidence_item SET file_name = 'other.pdf' WHERE file_name IS NOT NULL",
}


@pytest.mark.parametrize("statement", TAMPERED.values(), ids=TAMPERED.keys())
def test_whoever_goes_round_the_house_is_seen(app: Flask, statement: str) -> None:
    signature = sign(a_pair())
    assert signing.check(signature).holds
    with transaction():
        db.session.execute(text("SET LOCAL session_replication_role = replica"))  # triggers off: somebody with the keys
        db.session.execute(text(statement))
    db.session.expire_all()
    assert not signing.check(db.session.get_one(SignOff, signature.id)).holds


def test_a_file_that_was_swapped_on_disk_is_seen(app: Flask) -> None:
    signature = sign(a_pair())
    sha256: Any = signature.content["items"][1]["file"]["sha256"]
    path = f"{current_app.config['FILES_LOCATION']}/{sha256[:2]}/{sha256[2:4]}/{sha256}"
    with open(path, "wb") as out:
        out.write(b"something else")
    checked = signing.check(signature)
    assert (checked.holds, checked.files) == (False, [("timeline.pdf", False)])
