"""Who can provide the evidence: the way through Evidence Broker and Data Service Directory (TDD 3.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from oots.common_services.client import DirectoriesClient
from oots.model.catalogue import AccessService, ClassificationConcept, DataService, Requirement
from oots.model.evidence import EvidenceType
from oots.model.request import ClassificationAnswer
from oots.requester.cases import Case, Piece
from oots.wire.catalogue import DirectoryError

NOTHING_FOUND = frozenset({"EB:ERR:0001", "EB:ERR:0002", "DSD:ERR:0001", "DSD:ERR:0002"})
"""The codes with which directories say that they hold nothing of the kind (TDD 3.1, 3.2)."""
WRONG_VALUE = "DSD:ERR:0006"
"""The code with which the Data Service Directory refuses an answer of the user."""

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Finding:
    """What will be fetched (`service`), from whom (`access_service.publisher`), and why (`requirement`).

    `specification` is the version in which both sides will speak; `answers` are the user's, as far as the provider
    wants to hear them; `piece` is what the evidence is for in its case.
    """

    requirement: Requirement
    service: DataService
    access_service: AccessService
    specification: str
    answers: tuple[ClassificationAnswer, ...] = ()
    piece: Piece | None = None


class Discovery:
    """Asks the directories on behalf of the portal of one member state, which speaks `versions`, the best one first."""

    def __init__(self, directories: DirectoriesClient, country: str, versions: Sequence[str]) -> None:
        self._directories = directories
        self._country = country
        self._versions = tuple(versions)

    def find(
        self,
        case: Case,
        provider_country: str,
        piece: Piece | None = None,
        answers: Mapping[str, str] | None = None,
    ) -> tuple[Finding, ...]:
        """Every data service that can prove a piece of the case, the first unless it is named; none where the
        directories know nobody.

        `answers` are the user's, by the identifier of the concept. Raises AdditionalInputError where one is missing,
        DirectoryError with `WRONG_VALUE` where one is wrong, and PeerError when the directories do not answer, or not
        as they must.
        """
        wanted = piece or case.pieces[0]
        given = answers or {}
        return tuple(
            Finding(requirement, service, access_service, specification, _heard(service, given), wanted)
            for requirement in self._requirements(case, wanted)
            for evidence_type in self._evidence_types(requirement, wanted, provider_country)
            for service in self._data_services(evidence_type, provider_country, given)
            for access_service in service.access_services
            for specification in self._shared(access_service)
        )

    def _shared(self, access_service: AccessService) -> tuple[str, ...]:
        """The best version that both sides speak; none where they share none (TDD 3.1, `sdg:ConformsTo`)."""
        return tuple(version for version in self._versions if version in access_service.conforms_to)[:1]

    def _requirements(self, case: Case, piece: Piece) -> tuple[Requirement, ...]:
        """The requirement of the piece, if the procedure relies on it."""
        listed = _found(lambda: self._directories.requirements(case.procedure, self._country))
        return tuple(each.requirement for each in listed if each.requirement.identifier == piece.requirement)[:1]

    def _evidence_types(self, requirement: Requirement, piece: Piece, country: str) -> tuple[EvidenceType, ...]:
        """What proves it there, as far as the portal takes it."""
        lists = _found(lambda: self._directories.evidence_types(requirement.identifier, country).lists)
        named = (evidence_type for alternative in lists for evidence_type in alternative.evidence_types)
        return tuple(evidence_type for evidence_type in named if piece.takes(evidence_type.classification))

    def _data_services(
        self, evidence_type: EvidenceType, country: str, answers: Mapping[str, str]
    ) -> tuple[DataService, ...]:
        classification = evidence_type.classification
        return _found(lambda: self._directories.data_services(classification, country, answers=answers))


def answered(concept: ClassificationConcept, value: str) -> ClassificationAnswer:
    """The user's answer to a question of the Data Service Directory, as a request carries it."""
    return ClassificationAnswer(
        concept.identifier, concept.scheme, concept.type, value, concept.value_expression, concept.descriptions
    )


def _heard(service: DataService, answers: Mapping[str, str]) -> tuple[ClassificationAnswer, ...]:
    """The answers that the provider of a data service wants to hear."""
    return tuple(
        answered(concept, answers[concept.identifier]) for concept in service.concepts if concept.identifier in answers
    )


def _found(ask: Callable[[], tuple[Entry, ...]]) -> tuple[Entry, ...]:
    """What a query gives; nothing where the directory answers that it holds nothing of the kind."""
    try:
        return ask()
    except DirectoryError as refusal:
        if refusal.code in NOTHING_FOUND:
            return ()
        raise
