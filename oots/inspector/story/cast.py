"""Who takes part in an exchange, and on which lane of the diagram each of them stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from oots.edelivery.header import EXECUTE_QUERY_REQUEST
from oots.exchange.journal import Entry
from oots.inspector.laid_open import LaidOpen, Message
from oots.inspector.outcome import REQUESTS
from oots.model.request import EvidenceRequest
from oots.model.response import EvidenceResponse
from oots.model.text import Text, in_language
from oots.web.words import Words

DENMARK: Final = "DK"


class Lane(StrEnum):
    """In the order in which they stand from left to right."""

    CITIZEN = "citizen"
    DIRECTORIES = "directories"
    PORTAL = "portal"
    REQUESTER_POINT = "requester_point"
    INTERMEDIARY = "intermediary"
    PROVIDER_POINT = "provider_point"
    AUTHORITY = "authority"


ROLES: Final[dict[Lane, Words]] = {
    Lane.CITIZEN: Words("Borgeren", "The person"),
    Lane.DIRECTORIES: Words("EU's kataloger", "The EU's directories"),
    Lane.PORTAL: Words("Portalen", "The portal"),
    Lane.REQUESTER_POINT: Words("Portalens adgangspunkt", "The portal's access point"),
    Lane.INTERMEDIARY: Words("Mellemleddet", "The intermediary"),
    Lane.PROVIDER_POINT: Words("Myndighedens adgangspunkt", "The authority's access point"),
    Lane.AUTHORITY: Words("Myndigheden", "The authority"),
}


@dataclass(frozen=True)
class Cast:
    """The parties of an exchange, as its messages name them."""

    exchange: LaidOpen

    @cached_property
    def request(self) -> EvidenceRequest | None:
        """The first request that can be read."""
        return next(iter(self.exchange.requests), None)

    @cached_property
    def requester(self) -> Words:
        """The authority that asked."""
        return self._named(self.request.requester.names if self.request else (), "requester", _SOMEBODY)

    @cached_property
    def provider(self) -> Words:
        """The authority that was asked."""
        return self._named(self.request.provider.names if self.request else (), "provider", _ANOTHER)

    @cached_property
    def evidence_type(self) -> Words:
        """What was asked for."""
        titles = self.request.evidence.evidence_type.titles if self.request else ()
        return _in_both(titles) if titles else Words("dokumentation", "evidence")

    @cached_property
    def requester_country(self) -> str | None:
        """Two letters, as the request says."""
        address = self.request.requester.address if self.request else None
        return address.country if address else None

    @cached_property
    def provider_country(self) -> str | None:
        """Two letters: of the provider as an answer names it, else of the type of evidence that was asked for."""
        says = (message.says for message in self.exchange.messages)
        addresses = (
            each.providers[0].address for each in says if isinstance(each, EvidenceResponse) and each.providers
        )
        country = next((address.country for address in addresses if address), None)
        return country or (self.request.evidence.evidence_type.country if self.request else None)

    @cached_property
    def lanes(self) -> dict[str, Lane]:
        """The lane of each access point, by its party id."""
        requests = [each for each in self.exchange.messages if each.header.action == EXECUTE_QUERY_REQUEST]
        asking = {each.header.sender.value for each in requests}
        asked = {each.header.receiver.value for each in requests}
        between = (asking & asked) | {each.header.receiver.value for each in requests if _stopped_between(each)}
        found = dict.fromkeys(asking - between, Lane.REQUESTER_POINT)
        found |= dict.fromkeys(asked - between, Lane.PROVIDER_POINT)
        return found | dict.fromkeys(between, Lane.INTERMEDIARY)

    def party(self, lane: Lane) -> str:
        """Who stands on the lane: the ids of its access points, none for the others."""
        return ", ".join(sorted(party for party, found in self.lanes.items() if found is lane))

    def is_on_the_side_that_asks(self, lane: Lane) -> bool:
        """Whether the lane lies in the country that asks, as drawn from left to right. An intermediary is where its
        party id says (`AP_DK_NAT`), else with the provider."""
        if lane is Lane.INTERMEDIARY:
            return f"_{self.requester_country}_" in self.party(lane)
        return lane not in (Lane.PROVIDER_POINT, Lane.AUTHORITY)

    @cached_property
    def sides(self) -> dict[str, Lane]:
        """The lane of each service that has a journal: where it acts by itself."""
        return {service: self._side(service) for service in {line.service for line in self.exchange.lines}}

    def _side(self, service: str) -> Lane:
        entries = {line.entry.entry for line in self.exchange.lines if line.service == service}
        if _is_between(service) or entries.issuperset(REQUESTS):
            return Lane.INTERMEDIARY
        return Lane.AUTHORITY if entries & _OF_PROVIDERS else Lane.PORTAL

    def _named(self, names: Iterable[Text], kept: str, otherwise: Words) -> Words:
        texts = tuple(names)
        if texts:
            return _in_both(texts)
        found = next((value for line in self.exchange.lines if (value := getattr(line.entry, kept))), None)
        return Words(found, found) if found else otherwise


_SOMEBODY: Final = Words("en myndighed", "an authority")
_ANOTHER: Final = Words("en anden myndighed", "another authority")
_OF_PROVIDERS: Final = {
    Entry.REQUEST_RECEIVED,
    Entry.RESPONSE_SENT,
    Entry.EXCEPTION_SENT,
    Entry.PREVIEW_OPENED,
    Entry.PREVIEW_DECIDED,
    Entry.CASE_OPENED,
    Entry.CASE_DECIDED,
}


def _is_between(service: str) -> bool:
    """An intermediary that answers by itself has passed nothing on, so that its name alone tells it."""
    return service.startswith("intermediary")


def _stopped_between(request: Message) -> bool:
    return any(_is_between(line.service) and line.entry.entry is Entry.REQUEST_RECEIVED for line in request.lines)


def _in_both(texts: Iterable[Text]) -> Words:
    known = tuple(texts)
    return Words(in_language(known, "da"), in_language(known, "en"))
