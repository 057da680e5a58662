"""The address at which LinkedIn offers to add a certificate to a profile. Nothing is sent until the person goes there."""

from urllib.parse import urlencode

from certificates import address, wording
from certificates.models import Award


def add_to_profile(award: Award, language: str) -> str:
    """Pure but for the public address."""
    printed = award.snapshot[language]
    given = {
        "startTask": "CERTIFICATION_NAME", "name": f"{printed['course']} ({printed['title']})",
        "organizationName": wording.ISSUER.in_(language), "issueYear": award.issued_on.year,
        "issueMonth": award.issued_on.month, "certUrl": address.of(award.code), "certId": award.number,
    }  # fmt: skip
    if award.valid_until:
        given |= {"expirationYear": award.valid_until.year, "expirationMonth": award.valid_until.month}
    return f"https://www.linkedin.com/profile/add?{urlencode(given)}"
