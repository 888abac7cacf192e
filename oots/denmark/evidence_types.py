"""The Danish evidence types, their forms and conditions; identifiers are invented until Denmark publishes its own."""

from __future__ import annotations

from oots.denmark.document_model import REPOSITORY, Definition, definitions, projections
from oots.model.evidence import Distribution, EvidenceType
from oots.model.issuing import Offer
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson
from oots.model.text import Text

_TYPES = f"{REPOSITORY}/evidencetypeclassifications/DK"
DATA_MODEL = f"{REPOSITORY}/datamodels/dk-bopaelsattest-1.0"

XML = "application/xml"
PDF = "application/pdf"
PDF_DISTRIBUTION = Distribution(PDF, ("DA", "EN"))


def xml_distribution(data_model: str) -> Distribution:
    """XML of a data model, named by its URL."""
    return Distribution(XML, ("DA",), data_model)


XML_DISTRIBUTION = xml_distribution(DATA_MODEL)


def evidence_type_of(definition: Definition) -> EvidenceType:
    """What messages call it."""
    return EvidenceType(definition.url, definition.titles.texts)


BOPAELSATTEST = evidence_type_of(definitions()["bopaelsattest-aktuel"])
BOPAELSATTEST_HISTORIK = evidence_type_of(definitions()["bopaelsattest-historik"])
PROEVEATTEST = EvidenceType(
    f"{_TYPES}/0e5d3c9a-47b1-4c26-b8fd-6a2e91c07d35",
    (Text("DA", "Prøveattest"), Text("EN", "Test certificate")),
)
TEST_PROCEDURES = ("00",)


def _offer(definition: Definition) -> Offer:
    native = definition.data_model
    return Offer(
        evidence_type_of(definition),
        (
            xml_distribution(native.url) if native else XML_DISTRIBUTION,
            *(xml_distribution(projections()[name].data_model.url) for name in definition.projections),
            PDF_DISTRIBUTION,
        ),
        LevelOfAssurance.SUBSTANTIAL,
        definition.procedures,
        definition.without_preview,
        NaturalPerson if definition.subject == "natural" else LegalPerson,
        definition.elsewhere.texts if definition.elsewhere else (),
    )


_TEST = Offer(PROEVEATTEST, (XML_DISTRIBUTION, PDF_DISTRIBUTION), LevelOfAssurance.SUBSTANTIAL, TEST_PROCEDURES, True)
OFFERS = {offer.evidence_type.classification: offer for offer in (*map(_offer, definitions().values()), _TEST)}
"""What every municipality offers, by classification URL."""

PROJECTION_URLS = frozenset(each.data_model.url for each in projections().values())
"""The data models of others, in which some documents can be asked for."""

DEFINITIONS = {definition.url: definition for definition in definitions().values()}
"""The data of each evidence type, by classification URL; the test certificate has none."""
