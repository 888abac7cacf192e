"""The directories' client: asks the three queries and reads the answers that a believed directory signed."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic

import httpx

from oots.common_services.queries import DATA_SERVICES_QUERY, EVIDENCE_TYPES_QUERY, REQUIREMENTS_QUERY
from oots.model.catalogue import DataService, EvidenceTypesOfRequirement, RequirementOfProcedures
from oots.model.clock import Clock
from oots.model.errors import MessageError, PeerError
from oots.rules.books import rulebook
from oots.rules.judgement import lawful
from oots.rules.kind import Kind
from oots.trust.jws import AnswerSignatureError, SignerCheck, verify_answer
from oots.wire.catalogue import (
    MOST_DECLARATIONS,
    V2_0,
    AdditionalInputError,
    Version,
    decode_data_services,
    decode_evidence_types,
    decode_requirements,
)
from oots.wire.status import FAILURE
from oots.wire.xml import parse

MEDIA_TYPE = "application/x-ebrs+xml"
_REFUSALS = {
    Kind.EB_REQUIREMENTS: Kind.EB_ERROR,
    Kind.EB_EVIDENCE_TYPES: Kind.EB_ERROR,
    Kind.DSD_SERVICES: Kind.DSD_ERROR,
}
LARGEST_ANSWER = 5_000_000
"""Octets; the largest captured answer of the real directories is a hundredth of this."""
LONGEST_ANSWER = 30.0
"""Seconds from the head of an answer to its end."""


class DirectoriesClient:
    """Evidence Broker and Data Service Directory as one sees them from a portal.

    `eb_base` and `dsd_base` are the URLs before `/rest/search`; `check_signer` says whose signature is believed, and
    `version` is the one that is spoken with them. Every method raises `DirectoryError` when the directory answers with
    a failure, and `PeerError` when it cannot be reached, or its answer is not believed, cannot be read, or is about
    something else than was asked.
    """

    def __init__(
        self,
        client: httpx.Client,
        eb_base: str,
        dsd_base: str,
        *,
        check_signer: SignerCheck,
        clock: Clock,
        version: Version = V2_0,
    ) -> None:
        self._client = client
        self._evidence_broker = eb_base.rstrip("/") + "/rest/search"
        self._data_service_directory = dsd_base.rstrip("/") + "/rest/search"
        self._check_signer = check_signer
        self._clock = clock
        self._version = version

    def requirements(self, procedure: str, country: str) -> tuple[RequirementOfProcedures, ...]:
        """The requirements on which `procedure` (code list Procedures) relies in `country`."""
        parameters = {"queryId": REQUIREMENTS_QUERY, "procedure-id": procedure, "country-code": country}
        answer = self._ask(self._evidence_broker, parameters, Kind.EB_REQUIREMENTS)
        try:
            return decode_requirements(answer, self._version)
        except MessageError as error:
            raise _unreadable(error) from error

    def evidence_types(self, requirement_id: str, country: str) -> EvidenceTypesOfRequirement:
        """What proves the requirement (its URL) in `country`."""
        parameters = {
            "queryId": EVIDENCE_TYPES_QUERY,
            "requirement-id": self._version.exchange.outward(requirement_id),
            "country-code": country,
        }
        answer = self._ask(self._evidence_broker, parameters, Kind.EB_EVIDENCE_TYPES)
        try:
            found = decode_evidence_types(answer, self._version)
        except MessageError as error:
            raise _unreadable(error) from error
        if found.requirement.identifier != requirement_id:
            raise PeerError("the directory answered about another requirement than was asked for")
        return found

    def data_services(
        self,
        classification: str,
        country: str,
        specification: str | None = None,
        answers: Mapping[str, str] | None = None,
    ) -> tuple[DataService, ...]:
        """Who issues the evidence type (its URL) in `country`, and speaks `specification` (`oots-edm:v2.0`) if given.

        `answers` are the user's, by the identifier of the concept; AdditionalInputError says which are missing.
        Version 1.0 of the directories cannot be asked for a specification, and names those of `oots-edm:v1.0` alone.
        """
        parameters = {
            **(answers or {}),
            "queryId": DATA_SERVICES_QUERY,
            "evidence-type-classification": self._version.exchange.outward(classification),
            "country-code": country,
        }
        if specification is not None and self._version.many_specifications:
            parameters["specification"] = specification
        answer = self._ask(self._data_service_directory, parameters, Kind.DSD_SERVICES)
        try:
            found = decode_data_services(answer, self._version)
        except AdditionalInputError as questions:
            if questions.classification != classification:
                raise PeerError("the directory asks about another evidence type than was asked for") from questions
            raise
        except MessageError as error:
            raise _unreadable(error) from error
        if any(service.evidence_type.classification != classification for service in found):
            raise PeerError("the directory answered about another evidence type than was asked for")
        return found

    def _ask(self, url: str, parameters: Mapping[str, str], kind: Kind) -> bytes:
        """The body of the answer, once its signature is believed and it breaks no rule on answers of that kind.

        The signature is over the answer alone, not over what was asked: who calls compares the two.
        """
        headers = {
            "Accept": MEDIA_TYPE,
            "Accept-Version": self._version.specification,
            "Accept-Encoding": "identity",
        }
        try:
            with self._client.stream(
                "GET", url, params=parameters, headers=headers, follow_redirects=False
            ) as response:
                _check_form(response)
                body = _read(response)
        except httpx.HTTPError as error:
            raise PeerError(f"the directory cannot be reached: {type(error).__name__}") from error
        try:
            verify_answer(body, response.headers, self._check_signer, self._clock.now())
        except AnswerSignatureError as error:
            raise PeerError(f"the directory's answer is not believed: {error}") from error
        self._expect_lawful(body, kind)
        return body

    def _expect_lawful(self, body: bytes, kind: Kind) -> None:
        """Raises PeerError for an answer that the rules of its kind, or of a refusal, refuse."""
        version = self._version.specification.rpartition(":")[2]
        try:
            root = parse(body, declarations=MOST_DECLARATIONS)
            judged = _REFUSALS[kind] if root.get("status") == FAILURE else kind
            lawful(rulebook(judged, version, self._version.exchange.repository).findings(root))
        except MessageError as error:
            raise _unreadable(error) from error


def _check_form(response: httpx.Response) -> None:
    if response.status_code != httpx.codes.OK:
        raise PeerError(f"the directory answered with HTTP status {response.status_code} instead of 200")
    if response.headers.get("content-type", "").split(";")[0].strip().lower() != MEDIA_TYPE:
        raise PeerError("the directory answered with another media type than application/x-ebrs+xml")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise PeerError("the directory compressed its answer unasked")


def _read(response: httpx.Response) -> bytes:
    """The body, read piece by piece so that an endless answer costs no memory, nor a dripping one a visitor's day."""
    body = bytearray()
    latest = monotonic() + LONGEST_ANSWER
    for piece in response.iter_bytes():
        if monotonic() > latest:
            raise PeerError(f"the directory took more than {LONGEST_ANSWER:.0f} seconds to answer")
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise PeerError(f"the directory's answer is larger than {LARGEST_ANSWER} octets")
    return bytes(body)


def _unreadable(error: MessageError) -> PeerError:
    return PeerError(f"the directory's answer cannot be read: {error.detail}")
