"""`sdg:Evidence`: what a response says of each document that it carries (TDD 4.5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lxml import etree

from oots.model.evidence import Distribution, DocumentKind, EvidenceDocument, IssuingAuthority, MainMetadata
from oots.model.person import LegalPerson, Subject
from oots.wire.agent import read_named_agent, write_named
from oots.wire.evidence import (
    TYPE,
    read_distribution,
    read_evidence_type,
    read_uuid,
    write_distribution,
    write_evidence_type,
)
from oots.wire.person import (
    read_legal_subject,
    read_natural_subject,
    write_legal_subject,
    write_natural_subject,
)
from oots.wire.profile import Profile
from oots.wire.reader import Reader
from oots.wire.response_rules import ResponseRules
from oots.wire.writer import optional, sdg

_MAIN_ONLY: Final = ("IsAbout", "IssuingAuthority", "IsConformantTo", "IssuingDate", "ValidityPeriod")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What `sdg:Evidence` holds; `main` is present exactly for main evidence."""

    evidence_id: str
    distribution: Distribution
    main: MainMetadata | None


def write_evidence(document: EvidenceDocument, profile: Profile) -> etree._Element:
    """`sdg:Evidence`: all of the metadata for main evidence, identifier and distribution for what belongs to it."""
    main = document.main
    return sdg(
        "Evidence",
        sdg("Identifier", document.evidence_id),
        *(_write_main(main, profile) if main else []),
        write_distribution("Distribution", document.distribution, profile),
        *(_write_validity(main) if main else []),
    )


def read_metadata(evidence: etree._Element, kind: DocumentKind, profile: Profile, rules: ResponseRules) -> Metadata:
    """The metadata of a document of `kind`: complete for main evidence, else bare."""
    if kind is not DocumentKind.MAIN_EVIDENCE:
        return _read_supplementary(Reader(evidence, rules.supplementary), profile)
    reader = Reader(evidence, rules.main)
    reader.only("Identifier", *_MAIN_ONLY, "Distribution")
    return Metadata(read_uuid(reader), _read_delivered(reader, profile), _read_main(reader, profile, rules))


def _read_supplementary(reader: Reader, profile: Profile) -> Metadata:
    reader.only("Identifier", "Distribution")
    reader.one("Distribution").only("Format", "Language")
    return Metadata(read_uuid(reader), _read_delivered(reader, profile), None)


def _read_main(reader: Reader, profile: Profile, rules: ResponseRules) -> MainMetadata:
    conformant = reader.one("IsConformantTo")
    conformant.only(*TYPE, unruled=("Jurisdiction", "Distribution"))
    validity = reader.optional("ValidityPeriod")
    return MainMetadata(
        subject=_read_subject(reader.one("IsAbout"), rules),
        issuing_authority=_read_authority(reader.one("IssuingAuthority"), rules),
        evidence_type=read_evidence_type(conformant, profile),
        issuing_date=reader.day("IssuingDate"),
        valid_from=validity.optional_day("StartDate") if validity else None,
        valid_until=validity.optional_day("EndDate") if validity else None,
    )


def _read_delivered(reader: Reader, profile: Profile) -> Distribution:
    """The one `sdg:Distribution` of a document, in one format."""
    found = reader.one("Distribution")
    found.only("Format", "Language", "ConformsTo", *(() if profile.packaged else ("Transformation",)))
    return read_distribution(found, found.one("Format"), profile)


def _read_subject(is_about: Reader, rules: ResponseRules) -> Subject:
    legal, natural = is_about.optional("LegalPerson"), is_about.optional("NaturalPerson")
    if legal and not natural:
        return read_legal_subject(Reader(legal.element, rules.legal_person))
    if natural and not legal:
        return read_natural_subject(Reader(natural.element, rules.natural_person))
    raise is_about.fault("IsAbout", "IsAbout does not name exactly one person")


def _read_authority(reader: Reader, rules: ResponseRules) -> IssuingAuthority:
    agent = read_named_agent(Reader(reader.element, rules.authority))
    return IssuingAuthority(agent.identifier, agent.names)


def _write_main(main: MainMetadata, profile: Profile) -> list[etree._Element]:
    return [
        sdg("IsAbout", _write_subject(main.subject)),
        write_named("IssuingAuthority", main.issuing_authority),
        sdg("IsConformantTo", *write_evidence_type(main.evidence_type, profile)),
        sdg("IssuingDate", main.issuing_date.isoformat()),
    ]


def _write_validity(main: MainMetadata) -> list[etree._Element]:
    dates = [
        *optional("StartDate", main.valid_from.isoformat() if main.valid_from else None),
        *optional("EndDate", main.valid_until.isoformat() if main.valid_until else None),
    ]
    return [sdg("ValidityPeriod", *dates)] if dates else []


def _write_subject(subject: Subject) -> etree._Element:
    if isinstance(subject, LegalPerson):
        return write_legal_subject(subject)
    return write_natural_subject(subject)
