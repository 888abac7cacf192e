"""The Danish evidence types, their forms and conditions; identifiers are invented until Denmark publishes its own."""

from __future__ import annotations

from oots.model.evidence import Distribution, EvidenceType
from oots.model.issuing import Offer
from oots.model.person import LevelOfAssurance
from oots.model.text import Text

_REPOSITORY = "https://sr.oots.tech.ec.europa.eu"
_TYPES = f"{_REPOSITORY}/evidencetypeclassifications/DK"
DATA_MODEL = f"{_REPOSITORY}/datamodels/dk-bopaelsattest-1.0"

XML = "application/xml"
PDF = "application/pdf"
XML_DISTRIBUTION = Distribution(XML, ("DA",), DATA_MODEL)
PDF_DISTRIBUTION = Distribution(PDF, ("DA", "EN"))

BOPAELSATTEST = EvidenceType(
    f"{_TYPES}/7d6b1f0e-2c43-4b8e-9f57-3a1c5e8d2b64",
    (Text("DA", "Bopælsattest"), Text("EN", "Residence certificate")),
)
BOPAELSATTEST_HISTORIK = EvidenceType(
    f"{_TYPES}/b2a94c57-61de-4f0a-8c3b-90f7d5e1a846",
    (Text("DA", "Bopælsattest med adressehistorik"), Text("EN", "Residence certificate with address history")),
)
PROEVEATTEST = EvidenceType(
    f"{_TYPES}/0e5d3c9a-47b1-4c26-b8fd-6a2e91c07d35",
    (Text("DA", "Prøveattest"), Text("EN", "Test certificate")),
)

RESIDENCE_PROCEDURES = ("S1", "V1", "T1", "W1")
TEST_PROCEDURES = ("00",)


def _offer(evidence_type: EvidenceType, procedures: tuple[str, ...], *, without_preview: bool) -> Offer:
    distributions = (XML_DISTRIBUTION, PDF_DISTRIBUTION)
    return Offer(evidence_type, distributions, LevelOfAssurance.SUBSTANTIAL, procedures, without_preview)


OFFERS = {
    offer.evidence_type.classification: offer
    for offer in (
        _offer(BOPAELSATTEST, RESIDENCE_PROCEDURES, without_preview=False),
        _offer(BOPAELSATTEST_HISTORIK, RESIDENCE_PROCEDURES, without_preview=False),
        _offer(PROEVEATTEST, TEST_PROCEDURES, without_preview=True),
    )
}
"""What every municipality offers, by classification URL."""
