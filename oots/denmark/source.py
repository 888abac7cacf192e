"""Municipalities as sources of evidence: who is meant, and the bopælsattest as sealed XML and PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from oots.denmark import bopaelsattest_pdf, bopaelsattest_xml
from oots.denmark.bopaelsattest import Bopaelsattest
from oots.denmark.cpr import CprPerson, Personstatus
from oots.denmark.evidence_types import BOPAELSATTEST_HISTORIK, OFFERS, PDF, PDF_DISTRIBUTION, XML_DISTRIBUTION
from oots.denmark.municipality import Municipality, load_municipality
from oots.denmark.projection import project
from oots.denmark.registers import Registers
from oots.model.agent import Agent
from oots.model.evidence import Distribution, DocumentKind
from oots.model.identifiers import Identifier
from oots.model.issuing import (
    Applicant,
    ByHand,
    Issue,
    Issued,
    IssuedDocument,
    Match,
    NothingHeld,
    Offer,
    Order,
)
from oots.model.text import in_language
from oots.trust.keys import KeyPair

SealXml = Callable[[bytes, KeyPair, datetime], bytes]
"""Takes document, key and moment."""
SealPdf = Callable[[bytes, KeyPair, datetime, str, str], bytes]
"""Takes PDF, key, moment, reason and location."""

ADDRESS_PROTECTION = "address-protection"
CASEWORK = timedelta(days=2)
_DENMARK = ZoneInfo("Europe/Copenhagen")

_NO_RESIDENCE = {
    Personstatus.EJ_BOPAEL: "has no residence in Denmark",
    Personstatus.UDREJST: "has left Denmark",
    Personstatus.DOED: "has died",
}


class MunicipalSource:
    """The holdings of one municipality, in the shape that a data service asks for."""

    def __init__(
        self,
        *,
        municipality: Municipality,
        registers: Registers,
        key: KeyPair,
        seal_xml: SealXml,
        seal_pdf: SealPdf,
    ) -> None:
        self._municipality = municipality
        self._registers = registers
        self._key = key
        self._seal_xml = seal_xml
        self._seal_pdf = seal_pdf

    @property
    def authority(self) -> Agent:
        return self._municipality.agent

    def offer(self, classification: str) -> Offer | None:
        return OFFERS.get(classification)

    def match(self, applicant: Applicant) -> Match:
        """As the registers know the person and whoever acts; `person_key` is CPR's own UUID, or a CVR number."""
        return self._registers.match(applicant)

    def issue(self, order: Order) -> Issue:
        """The certificate with its case number, dated by the Danish day of `at`; raises LookupError for unknown
        keys."""
        person, at = self._registers.cpr().person(order.person_key), order.at
        evidence_type = OFFERS[order.classification].evidence_type
        if reason := self._nothing_held(person):
            return NothingHeld(reason)
        if order.approval is None and (reason := _by_hand(person)):
            return ByHand(_after_casework(at), reason)
        day = at.astimezone(_DENMARK).date()
        with_history = evidence_type == BOPAELSATTEST_HISTORIK
        attest = project(person, self._municipality, case_number=order.case_number, day=day, with_history=with_history)
        documents = self._documents(attest, in_language(evidence_type.titles, "DA"), order.wanted, at)
        if order.approval and order.approval.attached:
            documents = self._with_attached(documents, order.approval.attached, at)
        return (Issued(evidence_type, day, documents, ADDRESS_PROTECTION if person.protected(day) else None),)

    def _nothing_held(self, person: CprPerson) -> str | None:
        """Why this municipality has nothing to certify; the last known address decides who is responsible."""
        if reason := _NO_RESIDENCE.get(person.personstatus):
            return reason
        last = person.aktuel_adresse or next(iter(person.tidligere_adresser), None)
        responsible = last is not None and last.kommunekode == self._municipality.kommunekode
        return None if responsible else "is registered in another municipality"

    def _documents(
        self, attest: Bopaelsattest, title: str, wanted: Distribution, at: datetime
    ) -> tuple[IssuedDocument, ...]:
        if wanted.format == PDF:
            return (self._pdf(attest, title, at, DocumentKind.MAIN_EVIDENCE),)
        main = self._xml(attest, title, at)
        if DocumentKind.HUMAN_READABLE_VERSION not in wanted.associated_documents:
            return (main,)
        return main, self._pdf(attest, title, at, DocumentKind.HUMAN_READABLE_VERSION)

    def _with_attached(
        self, documents: tuple[IssuedDocument, ...], attached: bytes, at: datetime
    ) -> tuple[IssuedDocument, ...]:
        """What a caseworker has attached: in the place of a PDF that was asked for, else beside the XML."""
        main = documents[0]
        sealed = self._seal_pdf(attached, self._key, at, main.title, self._municipality.name)
        if main.distribution.format == PDF:
            return (replace(main, content=sealed),)
        annex = IssuedDocument(DocumentKind.ANNEX, f"{main.title} (bilag)", PDF_DISTRIBUTION, sealed)
        return (*documents, annex)

    def _xml(self, attest: Bopaelsattest, title: str, at: datetime) -> IssuedDocument:
        sealed = self._seal_xml(bopaelsattest_xml.encode(attest), self._key, at)
        return IssuedDocument(DocumentKind.MAIN_EVIDENCE, title, XML_DISTRIBUTION, sealed)

    def _pdf(self, attest: Bopaelsattest, title: str, at: datetime, kind: DocumentKind) -> IssuedDocument:
        pdf = bopaelsattest_pdf.render(attest, self._municipality, at)
        sealed = self._seal_pdf(pdf, self._key, at, title, self._municipality.name)
        return IssuedDocument(kind, title, PDF_DISTRIBUTION, sealed)


class MunicipalSources:
    """The holdings of several municipalities with one register, behind one access point."""

    def __init__(self, sources: Iterable[MunicipalSource], host: Municipality) -> None:
        self._sources = {source.authority.identifier: source for source in sources}
        self._host = host

    @classmethod
    def of_municipalities(
        cls,
        kommunekoder: Iterable[str],
        *,
        host: str,
        registers: Registers,
        key_of: Callable[[str], KeyPair],
        seal_xml: SealXml,
        seal_pdf: SealPdf,
    ) -> MunicipalSources:
        """Those of these kommunekoder; `key_of` gives the seal key for one of them, `host` answers what names none.

        Raises ConfigurationError for a code that no municipality has.
        """
        sources = [
            MunicipalSource(
                municipality=load_municipality(code),
                registers=registers,
                key=key_of(code),
                seal_xml=seal_xml,
                seal_pdf=seal_pdf,
            )
            for code in kommunekoder
        ]
        return cls(sources, load_municipality(host))

    @property
    def host(self) -> Agent:
        return self._host.agent

    def of(self, authority: Identifier) -> MunicipalSource | None:
        return self._sources.get(authority)


def _by_hand(person: CprPerson) -> str | None:
    """Why a caseworker must look before anything is certified."""
    if person.personstatus is Personstatus.FORSVUNDET:
        return "Personen er registreret som forsvundet."
    return "Kommunen undersøger, hvor personen bor." if person.bopaelsundersoegelse else None


def _after_casework(at: datetime) -> datetime:
    """Two days later, at the next full hour, in UTC."""
    later = at.astimezone(UTC) + CASEWORK
    hour = later.replace(minute=0, second=0, microsecond=0)
    return hour if hour == later else hour + timedelta(hours=1)
