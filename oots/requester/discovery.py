"""Who can provide the evidence: the way through Evidence Broker and Data Service Directory (TDD 3.4)."""

from __future__ import annotations

from dataclasses import dataclass

from oots.common_services.client import DirectoriesClient
from oots.model.catalogue import AccessService, DataService, Requirement
from oots.model.errors import PeerError
from oots.requester.cases import Case

SPECIFICATION = "oots-edm:v2.0"


@dataclass(frozen=True, slots=True)
class Finding:
    """What will be fetched (`service`), from whom (`access_service.publisher`), and why (`requirement`)."""

    requirement: Requirement
    service: DataService
    access_service: AccessService


class Discovery:
    """Asks the directories on behalf of the portal of one member state."""

    def __init__(self, directories: DirectoriesClient, country: str) -> None:
        self._directories = directories
        self._country = country

    def find(self, case: Case, provider_country: str) -> tuple[Finding, ...]:
        """Every data service that can prove the case's requirement; raises PeerError when the directories have none."""
        requirement = self._requirement(case)
        answer = self._directories.evidence_types(requirement.identifier, provider_country)
        return tuple(
            Finding(requirement, service, access_service)
            for alternative in answer.lists
            for evidence_type in alternative.evidence_types
            for service in self._directories.data_services(
                evidence_type.classification, provider_country, SPECIFICATION
            )
            for access_service in service.access_services
            if SPECIFICATION in access_service.conforms_to
        )

    def _requirement(self, case: Case) -> Requirement:
        for listed in self._directories.requirements(case.procedure, self._country):
            if listed.requirement.identifier == case.requirement:
                return listed.requirement
        raise PeerError(f"procedure {case.procedure} relies on no requirement {case.requirement}")
