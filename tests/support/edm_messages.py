"""Evidence messages of every version: one of each kind to look at, and strategies for any that the version can say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from oots.model.agent import Agent, AgentRole
from oots.model.evidence import (
    Association,
    Distribution,
    DocumentKind,
    EvidenceDocument,
    EvidencePackage,
    EvidenceType,
    IssuingAuthority,
    MainMetadata,
    RequestedEvidenceType,
)
from oots.model.identifiers import Identifier
from oots.model.person import LegalPerson, NaturalPerson, SectorSpecificAttribute, Subject
from oots.model.request import ClassificationAnswer, EvidenceRequest, PreviewVisit
from oots.model.response import EdmException, ErrorCode, EvidenceError, EvidenceResponse, PreviewOffer
from oots.wire.profile import V1_0, V1_2, V2_0, Profile
from tests.support import wire
from tests.support.wire import (
    REPOSITORY,
    addresses,
    any_texts,
    assurances,
    countries,
    days,
    distributions,
    evidence_types,
    languages,
    locations,
    media_types,
    models,
    moments,
    parties,
    requirements,
    some_languages,
    some_texts,
    uuids,
    words,
)

VERSIONS = (V1_0, V1_2, V2_0)
EXAMPLES = settings(
    deadline=None,
    max_examples=60,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # shrinking whole messages takes minutes
    suppress_health_check=list(HealthCheck),
)
Strategy = st.SearchStrategy

# One of each, in any version.


def a_request(profile: Profile) -> EvidenceRequest:
    """A second request with everything that the version can say."""
    if profile is V2_0:
        return wire.REQUEST
    transformation = f"{REPOSITORY}/datamodels/bopaelsattest-1.0/address"
    asked = replace(
        wire.REQUEST,
        specification=profile.specification,
        evidence=replace(
            wire.REQUEST.evidence,
            distributions=(replace(wire.XML, languages=(), transformation=transformation),),
        ),
        language="DA",
    )
    if profile.further_attributes:
        return asked
    return replace(asked, requirements=(replace(wire.DOMICILE, descriptions=()),))


def a_response(profile: Profile) -> EvidenceResponse:
    """Evidence in XML with its readable version beside it: one package of two, or two pieces."""
    if profile.packaged:
        return wire.RESPONSE
    main = replace(wire.MAIN, classification_id=None)
    readable = replace(main, object_id=wire.a_uuid(30), evidence_id=wire.a_uuid(32), distribution=wire.PDF)
    readable = replace(readable, content_id="ev2@oots.dk", title="Bopælsattest (PDF)")
    packages = tuple(EvidencePackage(None, (document,)) for document in (main, readable))
    return replace(wire.RESPONSE, specification=profile.specification, packages=packages)


def a_preview(profile: Profile) -> EvidenceError:
    """The error that asks for a preview, with a method where the version has one."""
    exception = wire.PREVIEW_REQUIRED.exceptions[0]
    assert exception.preview is not None
    offer = replace(exception.preview, method="GET" if profile.preview_methods else None)
    return replace(
        wire.PREVIEW_REQUIRED, specification=profile.specification, exceptions=(replace(exception, preview=offer),)
    )


def an_error(profile: Profile) -> EvidenceError:
    return replace(wire.NOT_FOUND, specification=profile.specification)


# Any of each, in one version.


def when(lawful: object, strategy: Strategy[Any], otherwise: object = None) -> Strategy[Any]:
    """`otherwise` always, or what the strategy makes too where that is lawful."""
    return st.just(otherwise) | strategy if lawful else st.just(otherwise)


def tuples(strategy: Strategy[Any], fewest: int = 0, most: int = 2) -> Strategy[Any]:
    return st.lists(strategy, min_size=fewest, max_size=most).map(tuple)


eidas = st.builds("{}/{}/{}".format, countries, countries, st.from_regex(r"[A-Za-z0-9:+/=-]{6,40}", fullmatch=True))
attributes = tuples(st.builds(SectorSpecificAttribute, words, locations, words))
named_agents = st.builds(Agent, parties, some_texts)
platforms = st.builds(Agent, parties, some_texts, st.none() | addresses, st.just(AgentRole.INTERMEDIARY_PLATFORM))
companies = st.builds(
    LegalPerson,
    eidas,
    words,
    assurances,
    tuples(st.builds(Identifier, st.sampled_from(["VAT", "LEI"]), words)),
    st.none() | addresses,
    attributes,
)
content_ids = st.from_regex(r"[a-z0-9-]{1,12}@[a-z0-9.-]{1,12}", fullmatch=True)
code_lists = st.builds(f"{REPOSITORY}/codelists/{{}}/{{}}".format, countries, st.sampled_from(["kommune", "amt"]))
queries = st.sampled_from(["", "?", "?a=1", "?a=1&b", "?returnurl=x&c=%C3%86", "?returnmethod=POST"])
previews = st.builds("{}{}".format, locations, queries)
returns = st.builds("{}{}".format, locations, queries | st.just("?back=å+b c&d=%2F"))


def agents_with(role: AgentRole, profile: Profile | None = None) -> Strategy[Agent]:
    """An agent with that role, without address too in a version that demands none."""
    placed = addresses if profile is not V1_0 else st.none() | addresses
    return st.builds(Agent, parties, some_texts, placed, st.just(role))


def parties_of(role: AgentRole, profile: Profile | None = None) -> Strategy[tuple[Agent, ...]]:
    return st.builds(lambda one, others: (*others, one), agents_with(role, profile), tuples(platforms))


def persons(profile: Profile) -> Strategy[NaturalPerson]:
    further = profile.further_attributes
    return st.builds(
        NaturalPerson,
        words,
        words,
        days,
        assurances,
        st.none() | eidas,
        birth_name=st.none() | words,
        place_of_birth=st.none() | words,
        current_address=st.none() | addresses,
        gender=st.none() | st.sampled_from(["Male", "Female", "Unspecified"]),
        nationality=when(further, countries),
        country_of_birth=when(further, countries),
        town_of_birth=when(further, words),
        country_of_residence=when(further, countries),
        phone_number=when(further, words),
        email_address=when(further, words),
        sector_attributes=attributes,
    )


def subjects(profile: Profile) -> Strategy[Subject]:
    return persons(profile) | companies


def representatives(profile: Profile) -> Strategy[Subject | None]:
    return st.none() | (subjects(profile) if profile.further_attributes else persons(profile))


def described(profile: Profile) -> Strategy[EvidenceType]:
    return evidence_types.filter(lambda found: bool(found.descriptions) or not profile.descriptions_demanded)


parts_of_models = st.none() | st.from_regex(r"[a-z0-9.-]{1,20}/[a-z]{1,8}", fullmatch=True).map(
    f"{REPOSITORY}/datamodels/{{}}".format
)
supplements = st.sampled_from([kind for kind in DocumentKind if kind is not DocumentKind.MAIN_EVIDENCE])


def wanted(profile: Profile) -> Strategy[tuple[Distribution, ...]]:
    if profile.associated_documents:
        return tuples(st.builds(Distribution, media_types, some_languages, models, tuples(supplements)), 1)
    one = st.builds(Distribution, media_types, conforms_to=models, transformation=parts_of_models)
    return tuples(one, 1 if profile.descriptions_demanded else 0, 1)


def answers(profile: Profile) -> Strategy[ClassificationAnswer]:
    schemes = words | code_lists if profile.plain_procedure else st.none() | words | code_lists
    kinds = {"string": words, "codelist": words, "boolean": st.sampled_from(["true", "false"])}
    if not profile.plain_procedure:
        kinds |= {"Codelist": words, "stringValue": words, "Boolean": kinds["boolean"]}
        kinds |= {"DateValue": days.map(lambda day: day.isoformat())}
    expressions = st.none() | locations | code_lists
    return st.one_of(
        *(
            st.builds(ClassificationAnswer, uuids, schemes, st.just(kind), values, expressions, any_texts)
            for kind, values in kinds.items()
        )
    )


NO_VISIT: Strategy[PreviewVisit | None] = st.none()


def requests(profile: Profile, visits: Strategy[PreviewVisit | None] = NO_VISIT) -> Strategy[EvidenceRequest]:
    """A first request, unless there are `visits`."""
    asked = requirements if profile.further_attributes else requirements.map(lambda one: replace(one, descriptions=()))
    return st.builds(
        EvidenceRequest,
        uuids,
        st.just(profile.specification),
        moments,
        st.sampled_from(["V1", "S1", "00"]),
        tuples(asked, 1),
        parties_of(AgentRole.EVIDENCE_REQUESTER, profile),
        named_agents,
        st.builds(RequestedEvidenceType, uuids, described(profile), wanted(profile)),
        subjects(profile),
        st.booleans(),
        st.booleans(),
        visits,
        representatives(profile),
        tuples(answers(profile)),
        language=when(not profile.associated_documents, languages),
    )


def second_requests(profile: Profile) -> Strategy[EvidenceRequest]:
    """A request with the visit of its preview, which may keep the way back to itself in 1.x."""
    visits = st.builds(PreviewVisit, previews, returns)
    if not profile.return_slot:
        visits |= st.builds(PreviewVisit, locations, st.none())
    return requests(profile, visits)


subjects_of_evidence = st.builds(
    NaturalPerson, words, words, days, identifier=st.none() | eidas, place_of_birth=st.none() | words
) | st.builds(LegalPerson, eidas, words)
validities = st.tuples(st.none(), st.none()) | st.tuples(days, days)


@st.composite
def main_documents(draw: Any, profile: Profile) -> EvidenceDocument:
    valid_from, valid_until = draw(validities)
    authority = draw(st.builds(IssuingAuthority, parties, some_texts))
    subject, kind = draw(subjects_of_evidence), draw(described(profile))
    delivered = draw(distributions)
    if not profile.packaged:
        delivered = replace(delivered, transformation=draw(parts_of_models))
    return EvidenceDocument(
        object_id=draw(uuids),
        classification_id=draw(uuids) if profile.packaged else None,
        evidence_id=draw(uuids),
        kind=DocumentKind.MAIN_EVIDENCE,
        content_id=draw(content_ids),
        title=draw(words),
        distribution=delivered,
        main=MainMetadata(subject, authority, kind, draw(days), valid_from, valid_until),
    )


supplementary_documents = st.builds(
    EvidenceDocument,
    uuids,
    uuids,
    uuids,
    supplements,
    content_ids,
    words,
    st.builds(Distribution, media_types, some_languages),
)


@st.composite
def packages(draw: Any, profile: Profile) -> EvidencePackage:
    """Main evidence with what belongs to it, or the piece alone in a flat response."""
    main = draw(main_documents(profile))
    if not profile.packaged:
        return EvidencePackage(None, (main,))
    others = draw(st.lists(supplementary_documents, max_size=2, unique_by=lambda document: document.object_id))
    associations = [Association(draw(uuids), other.kind, other.object_id, main.object_id) for other in others]
    return EvidencePackage(draw(uuids), (main, *others), tuple(associations))


def responses(profile: Profile, fewest: int = 1, most: int = 2) -> Strategy[EvidenceResponse]:
    """A success with evidence; without any where `most` is 0."""
    return st.builds(
        EvidenceResponse,
        uuids,
        uuids,
        st.just(profile.specification),
        moments,
        parties_of(AgentRole.EVIDENCE_PROVIDER),
        named_agents,
        tuples(packages(profile), fewest, most),
    )


def empty_responses(profile: Profile) -> Strategy[EvidenceResponse]:
    return responses(profile, 0, 0)


def deferred_responses(profile: Profile) -> Strategy[EvidenceResponse]:
    return st.builds(lambda told, later: replace(told, available_from=later), empty_responses(profile), moments)


def errors(profile: Profile) -> Strategy[EvidenceError]:
    """An error without preview, which names neither request nor requester if that could not be read."""
    lawful = [code for code in ErrorCode if not (profile.authorization_is_preview and code is ErrorCode.AUTHORIZATION)]
    plain = st.builds(EdmException, st.sampled_from(lawful), moments, st.none() | words)
    told = _errors(profile, tuples(plain, 1, 2 if profile.many_exceptions else 1))
    unreadable = st.builds(EdmException, st.just(ErrorCode.INVALID_REQUEST), moments, st.none() | words)
    return told | _errors(profile, tuples(unreadable, 1, 1), st.none() | uuids, st.none() | named_agents)


def preview_errors(profile: Profile) -> Strategy[EvidenceError]:
    methods = when(profile.preview_methods, st.sampled_from(profile.preview_methods or ("GET",)))
    offers = st.builds(PreviewOffer, previews, any_texts, methods)
    wished = st.builds(EdmException, st.just(ErrorCode.AUTHORIZATION), moments, st.none() | words, offers)
    return _errors(profile, tuples(wished, 1, 1))


def _errors(
    profile: Profile,
    exceptions: Strategy[tuple[EdmException, ...]],
    request_ids: Strategy[str | None] = uuids,
    requesters: Strategy[Agent | None] = named_agents,
) -> Strategy[EvidenceError]:
    roles = (AgentRole.ERROR_PROVIDER, AgentRole.EVIDENCE_PROVIDER, AgentRole.INTERMEDIARY_PLATFORM)
    providers = st.one_of(*(agents_with(role, profile) for role in roles))
    specifications = st.just(profile.specification)
    return st.builds(EvidenceError, uuids, request_ids, specifications, providers, requesters, exceptions)


KINDS: dict[str, Callable[[Profile], Strategy[Any]]] = {
    "first request": cache(requests),
    "second request": cache(second_requests),
    "response": cache(responses),
    "empty response": cache(empty_responses),
    "deferred response": cache(deferred_responses),
    "error": cache(errors),
    "preview error": cache(preview_errors),
}
"""Every kind of message with the strategy for it in a version."""
