"""The answers of an evidence provider, written as the model has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from oots.exchange.held_part import HeldPart, hold
from oots.exchange.unit import Unit
from oots.model.agent import Agent, AgentRole
from oots.model.clock import Ids
from oots.model.evidence import (
    Association,
    Distribution,
    DocumentKind,
    EvidenceDocument,
    EvidencePackage,
    EvidenceType,
    IssuingAuthority,
    MainMetadata,
)
from oots.model.fields import FieldTold
from oots.model.issuing import Issued, IssuedDocument
from oots.model.person import LegalPerson, NaturalPerson, Subject
from oots.model.request import EvidenceRequest
from oots.model.response import EdmException, ErrorCode, EvidenceError, EvidenceResponse, PreviewOffer
from oots.provider.record import HeldPackage, ProviderExchange
from oots.wire.profile import PROFILES, Profile, Profiles


class Answers:
    """Builds responses and errors in the name of the authority that was asked; `intermediaries` are named beside it."""

    def __init__(self, intermediaries: tuple[Agent, ...], ids: Ids, profiles: Profiles = PROFILES) -> None:
        self._intermediaries = intermediaries
        self._ids = ids
        self._profiles = profiles

    def response(
        self,
        authority: Agent,
        request: EvidenceRequest,
        request_id: str,
        now: datetime,
        packages: tuple[EvidencePackage, ...] = (),
        available_from: datetime | None = None,
    ) -> EvidenceResponse:
        """Success with these packages (perhaps none), or Unavailable until `available_from`."""
        return EvidenceResponse(
            response_id=self._ids.uuid(),
            request_id=request_id,
            specification=request.specification,
            issued=now,
            providers=(authority, *self._intermediaries),
            requester=request.requester.named,
            packages=packages,
            available_from=available_from,
        )

    def error(
        self,
        authority: Agent,
        code: ErrorCode,
        detail: str | None,
        now: datetime,
        *,
        specification: str,
        request_id: str | None,
        requester: Agent | None,
        preview: PreviewOffer | None = None,
    ) -> EvidenceError:
        """Failure with one exception; with a `preview` it is PreviewRequired.

        Where EDM:ERR:0002 means a preview and nothing else (1.0), a request without authorisation is an invalid one.
        """
        if code is ErrorCode.AUTHORIZATION and not preview and self._profiles[specification].authorization_is_preview:
            code = ErrorCode.INVALID_REQUEST
        return EvidenceError(
            response_id=self._ids.uuid(),
            request_id=request_id,
            specification=specification,
            error_provider=replace(authority, role=AgentRole.ERROR_PROVIDER),
            requester=requester.named if requester else None,
            exceptions=(EdmException(code, now, detail, preview),),
        )

    def hold(
        self,
        unit: Unit[ProviderExchange],
        authority: Agent,
        pieces: Sequence[Issued],
        request: EvidenceRequest,
        content_id: Callable[[], str],
    ) -> tuple[HeldPackage, ...]:
        """Store the bytes of issued evidence and describe them as the packages in which they will be sent.

        That is one package for each piece; in EDM 1.x each document is main evidence and a package of its own.
        """
        profile = self._profiles[request.specification]
        held: list[HeldPackage] = []
        for number, issued in enumerate(pieces):
            metadata = _metadata(authority, issued, request.subject, profile)
            for package, documents in self._packages(issued, metadata, profile, content_id):
                parts = _held_parts(unit, package, documents)
                notice, title, fee, withheld = issued.notice, issued.title, issued.fee, issued.withheld
                fields = _fields_told(issued, package, documents)
                held.append(HeldPackage(package, parts, notice, number, title, fee, withheld, fields))
        return tuple(held)

    def _packages(
        self, issued: Issued, metadata: MainMetadata, profile: Profile, content_id: Callable[[], str]
    ) -> Iterator[tuple[EvidencePackage, tuple[IssuedDocument, ...]]]:
        """The packages of one piece, each with what its documents were issued as."""
        if profile.packaged:
            yield self._package(issued.documents, metadata, content_id), issued.documents
            return
        for document in issued.documents:
            yield self._piece(document, metadata, content_id()), (document,)

    def _package(
        self, issued: Sequence[IssuedDocument], metadata: MainMetadata, content_id: Callable[[], str]
    ) -> EvidencePackage:
        documents = tuple(self._document(document, metadata, content_id()) for document in issued)
        main = next(document for document in documents if document.kind is DocumentKind.MAIN_EVIDENCE)
        return EvidencePackage(
            self._ids.uuid(),
            documents,
            tuple(
                Association(self._ids.uuid(), document.kind, document.object_id, main.object_id)
                for document in documents
                if document is not main
            ),
        )

    def _piece(self, document: IssuedDocument, metadata: MainMetadata, content_id: str) -> EvidencePackage:
        main = replace(document, kind=DocumentKind.MAIN_EVIDENCE)
        return EvidencePackage(None, (replace(self._document(main, metadata, content_id), classification_id=None),))

    def _document(self, document: IssuedDocument, metadata: MainMetadata, content_id: str) -> EvidenceDocument:
        is_main = document.kind is DocumentKind.MAIN_EVIDENCE
        return EvidenceDocument(
            object_id=self._ids.uuid(),
            classification_id=self._ids.uuid(),
            evidence_id=self._ids.uuid(),
            kind=document.kind,
            content_id=content_id,
            title=document.title,
            distribution=document.distribution if is_main else _plain(document.distribution),
            main=metadata if is_main else None,
        )


def _metadata(authority: Agent, issued: Issued, subject: Subject, profile: Profile) -> MainMetadata:
    return MainMetadata(
        subject=_identified(subject),
        issuing_authority=IssuingAuthority(authority.identifier, authority.names),
        evidence_type=_described(issued.evidence_type, profile),
        issuing_date=issued.issuing_date,
    )


def _identified(subject: Subject) -> Subject:
    """Of the subject what identifies it, and nothing else that the request may have said."""
    if isinstance(subject, LegalPerson):
        return LegalPerson(subject.legal_person_identifier, subject.legal_name)
    return NaturalPerson(subject.family_name, subject.given_name, subject.date_of_birth, identifier=subject.identifier)


def _described(evidence_type: EvidenceType, profile: Profile) -> EvidenceType:
    """With a description where the version demands one: that of the type, else its title."""
    descriptions = evidence_type.descriptions or evidence_type.titles
    return replace(evidence_type, descriptions=descriptions if profile.descriptions_demanded else ())


def _fields_told(
    issued: Issued, package: EvidencePackage, documents: Sequence[IssuedDocument]
) -> tuple[FieldTold, ...]:
    """Those of the piece, as of the evidence of this package; an annex on its own has other ones, which nobody has
    named."""
    if documents[0].kind is DocumentKind.ANNEX:
        return ()
    return tuple(replace(field, evidence_id=package.documents[0].evidence_id) for field in issued.fields)


def _held_parts(
    unit: Unit[ProviderExchange], package: EvidencePackage, issued: Sequence[IssuedDocument]
) -> tuple[HeldPart, ...]:
    return tuple(
        hold(unit.files, document.content_id, source.distribution.format, source.content)
        for document, source in zip(package.documents, issued, strict=True)
    )


def _plain(distribution: Distribution) -> Distribution:
    """A supplementary document's distribution names no data model (R-EDM-RESP-S063)."""
    return replace(distribution, conforms_to=None, associated_documents=())
