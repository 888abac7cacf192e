"""Who can provide the evidence: the way through Evidence Broker and Data Service Directory (TDD 3.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from oots.common_services.client import DirectoriesClient
from oots.model.catalogue import AccessService, DataService, Requirement
from oots.model.evidence import EvidenceType
from oots.requester.cases import Case
from oots.wire.catalogue import DirectoryError

NOTHING_FOUND = frozenset({"EB:ERR:0001", "EB:ERR:0002", "DSD:ERR:0001", "DSD:ERR:0002"})
"""The codes with which directories say that they hold nothing of the kind (TDD 3.1, 3.2)."""

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Finding:
    """What will be fetched (`service`), from whom (`access_service.publisher`), and why (`requirement`).

    `specification` is the version in which both sides will speak.
    """

    requirement: Requirement
    service: DataService
    access_service: AccessService
    specification: str


class Discovery:
    """Asks the directories on behalf of the portal of one member state, which speaks `versions`, the best one first."""

    def __init__(self, directories: DirectoriesClient, country: str, versions: Sequence[str]) -> None:
        self._directories = directories
        self._country = country
        self._versions = tuple(versions)

    def find(self, case: Case, provider_country: str) -> tuple[Finding, ...]:
        """Every data service that can prove the case's requirement; none where the directories know nobody.

        Raises PeerError when the directories do not answer, or not as they must.
        """
        return tuple(
            Finding(requirement, service, access_service, specification)
            for requirement in self._requirements(case)
            for evidence_type in self._evidence_types(requirement, provider_country)
            for service in self._data_services(evidence_type, provider_country)
            for access_service in service.access_services
            for specification in self._shared(access_service)
        )

    def _shared(self, access_service: AccessService) -> tuple[str, ...]:
        """The best version that both sides speak; none where they share none (TDD 3.1, `sdg:ConformsTo`)."""
        return tuple(version for version in self._versions if version in access_service.conforms_to)[:1]

    def _requirements(self, case: Case) -> tuple[Requirement, ...]:
        """The case's requirement, if the procedure relies on it."""
        listed = _found(lambda: self._directories.requirements(case.procedure, self._country))
        return tuple(each.requirement for each in listed if each.requirement.identifier == case.requirement)[:1]

    def _evidence_types(self, requirement: Requirement, country: str) -> tuple[EvidenceType, ...]:
        lists = _found(lambda: self._directories.evidence_types(requirement.identifier, country).lists)
        return tuple(evidence_type for alternative in lists for evidence_type in alternative.evidence_types)

    def _data_services(self, evidence_type: EvidenceType, country: str) -> tuple[DataService, ...]:
        classification = evidence_type.classification
        return _found(lambda: self._directories.data_services(classification, country))


def _found(ask: Callable[[], tuple[Entry, ...]]) -> tuple[Entry, ...]:
    """What a query gives; nothing where the directory answers that it holds nothing of the kind."""
    try:
        return ask()
    except DirectoryError as refusal:
        if refusal.code in NOTHING_FOUND:
            return ()
        raise
