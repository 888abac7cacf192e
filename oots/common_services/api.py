"""The directories' door for machines: the RegRep REST binding of the three queries (TDD 3.1, 3.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from oots.common_services.entries import Entries
from oots.common_services.queries import (
    REQUIREMENTS_QUERY,
    Parameters,
    QueryError,
    QuestionsError,
    Refusal,
    data_service_directory_query,
    evidence_broker_query,
    find_data_services,
    find_evidence_types,
    find_requirements,
)
from oots.model.clock import Clock, Ids
from oots.trust.jws import KEPT_FOR, sign_answer
from oots.trust.keys import KeyPair
from oots.wire.catalogue import (
    V1_0,
    VERSIONS,
    Version,
    encode_additional_input,
    encode_data_services,
    encode_directory_error,
    encode_evidence_types,
    encode_requirements,
)

MEDIA_TYPE = "application/x-ebrs+xml"
ANY_OF = (MEDIA_TYPE, "application/*", "*/*")
UNNAMED_VERSION = V1_0
"""The version of clients that name none: they are older than the header."""

Search = Callable[[Parameters, Version], bytes]


@dataclass(frozen=True, slots=True)
class Signer:
    """With which key, and at what time, answers are signed."""

    key: KeyPair
    clock: Clock


def router(entries: Entries, ids: Ids, signer: Signer) -> APIRouter:
    """`GET /eb/rest/search` and `GET /dsd/rest/search`, every answer signed.

    The HTTP status is always 200: the outcome stands in `query:QueryResponse/@status`. A client is answered in the
    version that it names in `Accept-Version`; one that asks for another media type, or a version that is not written
    here, is refused with the code for wrong parameters.
    """
    routes = APIRouter()

    def evidence_broker(parameters: Parameters, version: Version) -> bytes:
        if evidence_broker_query(parameters) == REQUIREMENTS_QUERY:
            return encode_requirements(find_requirements(entries, parameters, version), ids, version)
        return encode_evidence_types(find_evidence_types(entries, parameters, version), ids, version)

    def data_service_directory(parameters: Parameters, version: Version) -> bytes:
        data_service_directory_query(parameters)
        return encode_data_services(find_data_services(entries, parameters, version), ids, version)

    @routes.get("/eb/rest/search")
    def search_evidence_broker(request: Request) -> Response:
        return _answer(request, evidence_broker, Refusal.EB_PARAMETERS, signer)

    @routes.get("/dsd/rest/search")
    def search_data_service_directory(request: Request) -> Response:
        return _answer(request, data_service_directory, Refusal.DSD_PARAMETERS, signer)

    return routes


def _answer(request: Request, search: Search, unacceptable: Refusal, signer: Signer) -> Response:
    version = VERSIONS.get(request.headers.get("accept-version", UNNAMED_VERSION.specification))
    try:
        if version is None:
            raise QueryError(unacceptable, "Accept-Version")
        _check_accepts(request, unacceptable)
        body = search(request.query_params.multi_items(), version)
    except QueryError as refused:
        return _response(_failure(refused, version or UNNAMED_VERSION), "no-store", signer)
    return _response(body, f"public, max-age={KEPT_FOR.total_seconds():.0f}", signer)


def _check_accepts(request: Request, unacceptable: Refusal) -> None:
    ranges = [item.split(";")[0].strip().lower() for item in request.headers.get("accept", "*/*").split(",")]
    if not any(accepted in ANY_OF for accepted in ranges):
        raise QueryError(unacceptable, "Accept")


def _failure(refused: QueryError, version: Version) -> bytes:
    refusal = refused.refusal
    if isinstance(refused, QuestionsError):
        return encode_additional_input(
            refusal.code, refusal.exception_type, refusal.message, refused.service, refused.concepts, version
        )
    return encode_directory_error(
        refusal.code, refusal.exception_type, refusal.message, refused.detail, version=version
    )


def _response(body: bytes, caching: str, signer: Signer) -> Response:
    headers = {"Cache-Control": caching, "Vary": "Accept, Accept-Version"}
    signature = sign_answer(body, signer.key, signer.clock.now())
    return Response(body, media_type=MEDIA_TYPE, headers=headers | signature)
