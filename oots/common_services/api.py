"""The directories' door for machines: the RegRep REST binding of the three queries (TDD 3.1, 3.2)."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from oots.common_services.entries import Entries
from oots.common_services.queries import (
    REQUIREMENTS_QUERY,
    Parameters,
    QueryError,
    Refusal,
    data_service_directory_query,
    evidence_broker_query,
    find_data_services,
    find_evidence_types,
    find_requirements,
)
from oots.model.clock import Ids
from oots.wire.catalogue import (
    SPECIFICATION,
    encode_data_services,
    encode_directory_error,
    encode_evidence_types,
    encode_requirements,
)

MEDIA_TYPE = "application/x-ebrs+xml"
ANY_OF = (MEDIA_TYPE, "application/*", "*/*")
SECONDS_TO_KEEP = 3600

Search = Callable[[Parameters], bytes]


def router(entries: Entries, ids: Ids) -> APIRouter:
    """`GET /eb/rest/search` and `GET /dsd/rest/search`.

    The HTTP status is always 200: the outcome stands in `query:QueryResponse/@status`. A client that asks for another
    media type or another version of the specification is refused with the code for wrong parameters, since the
    directories write no other; one that asks for none gets this one.
    """
    routes = APIRouter()

    def evidence_broker(parameters: Parameters) -> bytes:
        if evidence_broker_query(parameters) == REQUIREMENTS_QUERY:
            return encode_requirements(find_requirements(entries, parameters), ids)
        return encode_evidence_types(find_evidence_types(entries, parameters), ids)

    def data_service_directory(parameters: Parameters) -> bytes:
        data_service_directory_query(parameters)
        return encode_data_services(find_data_services(entries, parameters), ids)

    @routes.get("/eb/rest/search")
    def search_evidence_broker(request: Request) -> Response:
        return _answer(request, evidence_broker, Refusal.EB_PARAMETERS)

    @routes.get("/dsd/rest/search")
    def search_data_service_directory(request: Request) -> Response:
        return _answer(request, data_service_directory, Refusal.DSD_PARAMETERS)

    return routes


def _answer(request: Request, search: Search, unacceptable: Refusal) -> Response:
    try:
        _check_accepts(request, unacceptable)
        body = search(request.query_params.multi_items())
    except QueryError as refused:
        return _response(_failure(refused), "no-store")
    return _response(body, f"public, max-age={SECONDS_TO_KEEP}")


def _check_accepts(request: Request, unacceptable: Refusal) -> None:
    ranges = [item.split(";")[0].strip().lower() for item in request.headers.get("accept", "*/*").split(",")]
    if not any(accepted in ANY_OF for accepted in ranges):
        raise QueryError(unacceptable, "Accept")
    if request.headers.get("accept-version", SPECIFICATION) != SPECIFICATION:
        raise QueryError(unacceptable, "Accept-Version")


def _failure(refused: QueryError) -> bytes:
    refusal = refused.refusal
    return encode_directory_error(refusal.code, refusal.exception_type, refusal.message, refused.detail)


def _response(body: bytes, caching: str) -> Response:
    headers = {"Cache-Control": caching, "Vary": "Accept, Accept-Version"}
    return Response(body, media_type=MEDIA_TYPE, headers=headers)
