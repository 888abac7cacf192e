"""Municipalities as sources of evidence: who is meant, and every evidence type as sealed documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from oots.denmark import bopaelsattest_pdf, bopaelsattest_xml
from oots.denmark.bopaelsattest import Bopaelsattest
from oots.denmark.evidence_types import (
    BOPAELSATTEST_HISTORIK,
    DEFINITIONS,
    OFFERS,
    PDF,
    PDF_DISTRIBUTION,
    PROJECTION_URLS,
    XML_DISTRIBUTION,
)
from oots.denmark.fees import fee_of
from oots.denmark.field_names import certificate_model, fields_told
from oots.denmark.holding import CASEWORK, Case, resident
from oots.denmark.issuing import ADDRESS_PROTECTION, Writing, issue, requirements_of, withheld
from oots.denmark.municipality import Municipality, load_municipality
from oots.denmark.projection import project
from oots.denmark.records import Records
from oots.denmark.registers import Registers
from oots.model.agent import Agent
from oots.model.evidence import Distribution, DocumentKind
from oots.model.fields import FieldTold
from oots.model.identifiers import Identifier
from oots.model.issuing import (
    Applicant,
    Issue,
    Issued,
    IssuedDocument,
    Match,
    Offer,
    Order,
)
from oots.model.text import in_language
from oots.trust.keys import KeyPair

SealXml = Callable[[bytes, KeyPair, datetime], bytes]
"""Takes document, key and moment."""
SealPdf = Callable[[bytes, KeyPair, datetime, str, str], bytes]
"""Takes PDF, key, moment, reason and location."""

_DENMARK = ZoneInfo("Europe/Copenhagen")


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
        """The evidence with its case number, dated by the Danish day of `at`; raises LookupError for unknown keys."""
        definition = DEFINITIONS.get(order.classification)
        if definition and (definition.root or order.wanted.conforms_to in PROJECTION_URLS):
            issued = issue(definition, self._case(order, self._registers.records()), self._writing(order))
        else:
            issued = self._certificate(order, self._case(order))
        return tuple(self._finished(piece, order) for piece in issued) if isinstance(issued, tuple) else issued

    def _finished(self, piece: Issued, order: Order) -> Issued:
        """With its fee, what a caseworker has attached, and what is withheld; nobody has read the fields of a PDF that
        stands in the place of the register's own."""
        definition = DEFINITIONS.get(order.classification)
        if order.approval and order.approval.attached:
            documents = self._with_attached(piece.documents, order.approval.attached, order.at)
            fields = () if documents[0].distribution.format == PDF else piece.fields
            piece = replace(piece, documents=documents, fields=fields)
        if definition is None:
            return piece
        fee = fee_of(self._municipality.kommunekode, definition.id, order.at.astimezone(_DENMARK).year)
        return replace(piece, fee=fee, withheld=tuple(withheld(definition, requirements_of(order))))

    def _case(self, order: Order, records: Records | None = None) -> Case:
        return Case(
            self._municipality,
            self._registers.cpr(),
            records or Records(()),
            order.person_key,
            requirements_of(order),
            order.at.astimezone(_DENMARK).date(),
            _after_casework(order.at),
            approved=order.approval is not None,
        )

    def _writing(self, order: Order) -> Writing:
        at, key = order.at, self._key
        return Writing(
            order.wanted,
            order.case_number,
            at,
            lambda document: self._seal_xml(document, key, at),
            lambda pdf, reason: self._seal_pdf(pdf, key, at, reason, self._municipality.name),
        )

    def _certificate(self, order: Order, case: Case) -> Issue:
        """The bopælsattest, in the form in which it is written apart from all others."""
        if missing := resident(case):
            return missing
        evidence_type, person = OFFERS[order.classification].evidence_type, case.person
        with_history = evidence_type == BOPAELSATTEST_HISTORIK
        attest = project(
            person, self._municipality, case_number=order.case_number, day=case.day, with_history=with_history
        )
        written = bopaelsattest_xml.encode(attest)
        title = in_language(evidence_type.titles, "DA")
        return (
            Issued(
                evidence_type,
                case.day,
                self._documents(attest, written, title, order.wanted, order.at),
                ADDRESS_PROTECTION if person.protected(case.day) else None,
                fields=self._fields(order, case, written, with_history=with_history),
            ),
        )

    def _fields(self, order: Order, case: Case, written: bytes, *, with_history: bool) -> tuple[FieldTold, ...]:
        definition = DEFINITIONS.get(order.classification)
        if definition is None:
            return ()
        return fields_told(definition, certificate_model(with_history=with_history), written, case.requirements)

    def _documents(
        self, attest: Bopaelsattest, written: bytes, title: str, wanted: Distribution, at: datetime
    ) -> tuple[IssuedDocument, ...]:
        """`written` is the certificate as XML, not sealed yet."""
        if wanted.format == PDF:
            return (self._pdf(attest, title, at, DocumentKind.MAIN_EVIDENCE),)
        main = self._xml(written, title, at)
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

    def _xml(self, written: bytes, title: str, at: datetime) -> IssuedDocument:
        sealed = self._seal_xml(written, self._key, at)
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


def _after_casework(at: datetime) -> datetime:
    """Two days later, at the next full hour, in UTC."""
    later = at.astimezone(UTC) + CASEWORK
    hour = later.replace(minute=0, second=0, microsecond=0)
    return hour if hour == later else hour + timedelta(hours=1)
