"""The municipalities as the Data Service Directory knows them: who answers for which, and how they are told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from oots.common_services.entries import Entries, Provision
from oots.denmark.evidence_types import DEFINITIONS
from oots.denmark.fees import fee_of
from oots.denmark.municipality import Municipality, load_municipality, municipalities
from oots.model.agent import Address
from oots.model.catalogue import AccessService, ClassificationConcept, Code, CodeList, Publisher, SupportedConcept
from oots.model.errors import ConfigurationError
from oots.model.issuing import Fee, FeePolicy
from oots.model.text import Text

COUNTRY = "DK"
KOMMUNEKODE = "https://sr.oots.tech.ec.europa.eu/codelists/DK/kommunekode"

Notes = Mapping[str, tuple[Text, ...]]
"""What people are told of the evidence types of one provider (fees, say), by classification URL."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """An access point and the municipalities that it serves.

    `party_id` is None for the access point that the entries name; `classifications` are the URLs of the evidence types
    that it knows, None for all.
    """

    kommunekoder: tuple[str, ...]
    party_id: str | None = None
    classifications: frozenset[str] | None = None


def kommunekode_list() -> CodeList:
    """The code list of the municipalities, as it would be published in the Semantic Repository."""
    return CodeList(KOMMUNEKODE, tuple(Code(each.kommunekode, _names(each)) for each in municipalities().values()))


def served_by_municipalities(
    entries: Entries,
    entrances: Iterable[Entrance],
    notes_of: Callable[[Municipality], Notes] = lambda _municipality: {},
) -> Entries:
    """The entries with municipalities, and nobody else, behind every Danish data service.

    Raises ConfigurationError for a kommunekode that no municipality has, and where the entries name no Danish access
    point or nothing that tells municipalities apart.
    """
    concept, access = _concept(entries), _access_service(entries)
    provisions = [
        Provision(
            access.identifier if entrance.party_id is None else replace(access.identifier, value=entrance.party_id),
            access.names,
            access.conforms_to,
            danish_publisher(load_municipality(kommunekode), concept),
            entrance.classifications,
            notes_of(load_municipality(kommunekode)),
        )
        for entrance in entrances
        for kommunekode in entrance.kommunekoder
    ]
    return entries.served_by(provisions, {concept.identifier: frozenset(municipalities())})


def fee_notes(municipality: Municipality, year: int) -> dict[str, tuple[Text, ...]]:
    """What a municipality says of its fees that year, by the URL of the evidence type; nothing of what is free."""
    fees = ((url, fee_of(municipality.kommunekode, each.id, year)) for url, each in DEFINITIONS.items())
    return {url: _said(fee) for url, fee in fees if fee is not None}


def _said(fee: Fee) -> tuple[Text, ...]:
    danish, english = _POLICIES[fee.policy]
    amount = f"{fee.amount_dkk:.2f}"
    return (
        Text("DA", f"Gebyr {fee.year}: {amount.replace('.', ',')} kr. {danish}"),
        Text("EN", f"Fee {fee.year}: DKK {amount}. {english}"),
    )


_POLICIES = {
    FeePolicy.WAIVED: (
        "Det opkræves ikke, når attesten hentes fra et andet EU-land.",
        "It is not charged when the certificate is fetched from another EU country.",
    ),
    FeePolicy.PAID_IN_PREVIEW: (
        "Du betaler i forhåndsvisningen, før attesten sendes.",
        "You pay in the preview before the certificate is sent.",
    ),
    FeePolicy.REFUSED: (
        "Kommunen sender den kun, hvis du har betalt i forvejen.",
        "The municipality sends it only if you have paid beforehand.",
    ),
}


def danish_publisher(municipality: Municipality, concept: ClassificationConcept) -> Publisher:
    """A municipality as the directory names it: the right one for its own kommunekode."""
    return Publisher(
        municipality.agent.identifier,
        _names(municipality),
        Address(COUNTRY),
        COUNTRY,
        municipality.nuts3,
        supports=(SupportedConcept(concept, (municipality.kommunekode,)),),
    )


def _names(municipality: Municipality) -> tuple[Text, ...]:
    return municipality.agent.names


def _concept(entries: Entries) -> ClassificationConcept:
    for concept in entries.concepts.values():
        if concept.value_expression == KOMMUNEKODE:
            return concept
    raise ConfigurationError(f"the entries of the directories have no concept with the code list {KOMMUNEKODE}")


def _access_service(entries: Entries) -> AccessService:
    for service in entries.data_services:
        for access in service.access_services:
            if access.publisher.jurisdiction_country == COUNTRY:
                return access
    raise ConfigurationError("the entries of the directories name no access service in Denmark")
