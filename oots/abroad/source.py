"""The registries abroad as sources of evidence (the provider's port)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from oots.abroad.authorities import REGISTRIES, Registry
from oots.abroad.certificates import PDF, Certificate, certificates
from oots.abroad.documents import Draft
from oots.abroad.field_names import fields_told
from oots.abroad.records import Person, Records
from oots.model.agent import Agent
from oots.model.evidence import DocumentKind
from oots.model.identifiers import Identifier
from oots.model.issuing import (
    Applicant,
    Issue,
    Issued,
    IssuedDocument,
    Match,
    Matched,
    MatchOutcome,
    NothingHeld,
    NotMatched,
    Offer,
    Order,
)
from oots.model.person import NaturalPerson, Subject
from oots.model.text import Text, in_language
from oots.trust.keys import KeyPair

SealXml = Callable[[bytes, KeyPair, datetime], bytes]
"""Takes document, key and moment."""
SealPdf = Callable[[bytes, KeyPair, datetime, str, str], bytes]
"""Takes PDF, key, moment, reason and location."""


@dataclass(frozen=True, slots=True)
class ForeignSource:
    """The holdings of one registry; `key` seals what it issues."""

    registry: Registry
    records: Records
    key: KeyPair
    seal_xml: SealXml
    seal_pdf: SealPdf

    @property
    def authority(self) -> Agent:
        return self.registry.agent

    def offer(self, classification: str) -> Offer | None:
        found = certificates().get(classification)
        return found.offer if found and found.country == self.registry.country else None

    def match(self, applicant: Applicant) -> Match:
        """Unique by name and date of birth; a parent acts for a child over whom the registry knows custody."""
        meant = self._candidates(applicant.subject)
        if len(meant) != 1:
            return NotMatched(MatchOutcome.SEVERAL if meant else MatchOutcome.NONE, len(meant))
        if applicant.representative is not None:
            acting = self._candidates(applicant.representative)
            custody = meant[0].custody
            if len(acting) != 1 or custody is None or acting[0].key not in custody.holders:
                return NotMatched(MatchOutcome.NOT_REPRESENTED, len(acting))
        return Matched(meant[0].key)

    def _candidates(self, subject: Subject) -> tuple[Person, ...]:
        if not isinstance(subject, NaturalPerson):
            return ()
        return self.records.candidates(
            self.registry.country, subject.family_name, subject.given_name, subject.date_of_birth
        )

    def issue(self, order: Order) -> Issue:
        """The certificate as of today, and before it those of the archive; raises LookupError for unknown keys."""
        certificate = certificates()[order.classification]
        person = self.records.person(order.person_key)
        if getattr(person, certificate.part) is None:
            return NothingHeld(f"has no {certificate.part} in the registry")
        today = order.at.astimezone(ZoneInfo(self.registry.zone)).date()
        days = [day for day in sorted(_archived(person, certificate)) if day < today]
        return tuple(self._issued(certificate, person, order, day, several=bool(days)) for day in (*days, today))

    def _issued(self, certificate: Certificate, person: Person, order: Order, day: date, *, several: bool) -> Issued:
        draft = Draft(
            certificate,
            person,
            self.records,
            day,
            order.case_number,
            in_language(self.authority.names, certificate.country),
        )
        evidence_type = certificate.offer.evidence_type
        written = draft.as_xml()
        return Issued(
            evidence_type,
            day,
            self._documents(draft, written, order),
            title=_dated(evidence_type.titles, day) if several else (),
            withheld=certificate.kept_back,
            fields=fields_told(certificate, written),
        )

    def _documents(self, draft: Draft, written: bytes, order: Order) -> tuple[IssuedDocument, ...]:
        """`written` is the certificate as XML, not sealed yet."""
        title = draft.certificate.title

        def pdf(kind: DocumentKind) -> IssuedDocument:
            sealed = self.seal_pdf(draft.as_pdf(order.at), self.key, order.at, title, self.registry.place)
            return IssuedDocument(kind, title, draft.certificate.pdf_distribution, sealed)

        if order.wanted.format == PDF:
            return (pdf(DocumentKind.MAIN_EVIDENCE),)
        xml = self.seal_xml(written, self.key, order.at)
        main = IssuedDocument(DocumentKind.MAIN_EVIDENCE, title, draft.certificate.xml_distribution, xml)
        if DocumentKind.HUMAN_READABLE_VERSION not in order.wanted.associated_documents:
            return (main,)
        return main, pdf(DocumentKind.HUMAN_READABLE_VERSION)


@dataclass(frozen=True, slots=True)
class ForeignSources:
    """The registries of several countries behind one access point, which stands in for those of all of them."""

    sources: tuple[ForeignSource, ...]

    @classmethod
    def of_registries(
        cls, records: Records, key_of: Callable[[str], KeyPair], seal_xml: SealXml, seal_pdf: SealPdf
    ) -> ForeignSources:
        """All registries with the same records; `key_of` gives the seal key for a country."""
        return cls(
            tuple(
                ForeignSource(registry, records, key_of(country), seal_xml, seal_pdf)
                for country, registry in REGISTRIES.items()
            )
        )

    @property
    def host(self) -> Agent:
        return self.sources[0].authority

    def of(self, authority: Identifier) -> ForeignSource | None:
        return next((source for source in self.sources if source.authority.identifier == authority), None)


def _archived(person: Person, certificate: Certificate) -> tuple[date, ...]:
    """The days of certificates of this kind that are still held."""
    return person.civil_status.archived if person.civil_status and certificate.part == "civil_status" else ()


def _dated(titles: tuple[Text, ...], day: date) -> tuple[Text, ...]:
    return tuple(Text(text.lang, f"{text.value}, {day.isoformat()}") for text in titles)
