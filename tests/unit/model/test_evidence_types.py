"""What an evidence type's URL says of where it comes from."""

from __future__ import annotations

import pytest

from oots.model.evidence import EvidenceType

REPOSITORY = "https://sr.oots.tech.ec.europa.eu"
UUID = "7d6b1f0e-2c43-4b8e-9f57-3a1c5e8d2b64"


@pytest.mark.parametrize(
    ("url", "country"),
    [
        (f"{REPOSITORY}/evidencetypeclassifications/DK/{UUID}", "DK"),
        (f"{REPOSITORY}/evidencetypeclassifications/oots/{UUID}", None),
        (f"{REPOSITORY}/requirements/{UUID}", None),
        ("", None),
    ],
)
def test_the_country_of_an_evidence_type_stands_in_its_url(url: str, country: str | None) -> None:
    assert EvidenceType(url, ()).country == country
