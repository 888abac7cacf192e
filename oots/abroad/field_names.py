"""Which fields a certificate of the registry abroad holds, and what they are called: names alone."""

from __future__ import annotations

from oots.abroad.certificates import Certificate, certificates
from oots.model.fields import FieldTold, KnownField, KnownFields, Standing, Why
from oots.model.text import Text
from oots.wire.element_names import leaf_paths

_OF_ALL = (
    ("CaseNumber", "Sagsnummer", "Case number"),
    ("IssuedOn", "Udstedt", "Issued on"),
    ("IssuingAuthority", "Udstedende myndighed", "Issuing authority"),
    ("Person/GivenName", "Personen: Fornavne", "The person: Given names"),
    ("Person/FamilyName", "Personen: Efternavn", "The person: Family name"),
    ("Person/DateOfBirth", "Personen: Fødselsdato", "The person: Date of birth"),
)
"""With which each certificate begins."""


def fields_told(certificate: Certificate, document: bytes) -> tuple[FieldTold, ...]:
    """The fields of a certificate as XML, before it is sealed, and what is withheld."""
    present = leaf_paths(document)
    names = [*(name for name, _, _ in _OF_ALL), *(field.element for field in certificate.field)]
    return (
        *(FieldTold(name, Standing.AVAILABLE if name in present else Standing.REQUESTED) for name in names),
        *(FieldTold(each.field, Standing.WITHHELD, Why.NEVER) for each in certificate.kept_back),
    )


def known_fields(classification: str) -> KnownFields | None:
    """What a certificate says of its fields, by the URL of its type; None for one that is not of these registries."""
    certificate = certificates().get(classification)
    if certificate is None:
        return None
    return KnownFields(
        certificate.offer.evidence_type.titles,
        (
            *(KnownField(name, _labels(da, en)) for name, da, en in _OF_ALL),
            *(KnownField(each.element, _labels(each.da, each.en), always=False) for each in certificate.field),
            *(KnownField(each.field, (), because=each.reason) for each in certificate.kept_back),
        ),
    )


def _labels(danish: str, english: str) -> tuple[Text, ...]:
    return Text("DA", danish), Text("EN", english)
