"""The second request of a preview, the error that demanded the preview, and the first request (TDD 4.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from oots.rules.checks.asking import quoted, tidy
from oots.rules.pairs.lookup import query, slot_text, value, version_in
from oots.rules.pairs.normal import difference, normal
from oots.rules.pairs.pair import FIRST, NEWEST, Broken, PairRule, judge_pair, pair_rule
from oots.rules.place import tag
from oots.rules.rule import Finding, Severity
from oots.wire.preview import without_return
from oots.wire.slots import XML_LANG

FATAL, WARNING = Severity.FATAL, Severity.WARNING
LOCATION: Final = "PreviewLocation"
RETURN: Final = "ReturnLocation"
OF_ITS_OWN: Final = ("IssueDateTime", LOCATION, RETURN)
"""The slots that a second request does not repeat."""
_PREVIEW_REQUIRED: Final = ":codes:ErrorSeverity:EDMErrorResponse:PreviewRequired"
_AUTHORIZATION: Final = "EDM:ERR:0002"


@dataclass(frozen=True, slots=True)
class SecondRequest:
    """Two requests and the error between them."""

    second: etree._Element
    first: etree._Element
    error: etree._Element

    @property
    def location(self) -> etree._Element:
        """Where the second request names the preview; itself where it does not."""
        found = value(self.second, LOCATION)
        return self.second if found is None else found

    @property
    def offers(self) -> list[etree._Element]:
        """The exceptions of the error that demand a preview, whatever host their severity names."""
        return [
            found
            for found in self.error.iterchildren(tag("Exception"))
            if found.get("severity", "").endswith(_PREVIEW_REQUIRED) and found.get("code") == _AUTHORIZATION
        ]

    @property
    def offered(self) -> list[str]:
        return [location for location in (slot_text(offer, LOCATION) for offer in self.offers) if location]


def second_request(second: etree._Element, first: etree._Element, error: etree._Element) -> tuple[Finding, ...]:
    """What a second request breaks of the preview that it follows; places are in the second request."""
    pair = SecondRequest(second, first, error)
    return judge_pair(SECOND_REQUEST_RULES, pair, version_in(second, first, error))


@pair_rule("PRV-001", FATAL, "4.9", "A second request must follow an error that demands a preview.")
def preview_was_demanded(pair: SecondRequest) -> Iterator[Broken]:
    """Fatal: without that error there is no preview to which the request could belong."""
    if not pair.offers:
        yield Broken(pair.location, "no exception EDM:ERR:0002 of the severity PreviewRequired")


@pair_rule("PRV-002", FATAL, "4.9", "The error that demands the preview must answer the first request.")
def error_answers_the_first(pair: SecondRequest) -> Iterator[Broken]:
    """Fatal: the preview was made for that request and no other."""
    asked, answered = tidy(pair.first.get("id", "")), tidy(pair.error.get("requestId", ""))
    if asked and asked.lower() != answered.lower():
        yield Broken(pair.location, f"an error that answers {quoted(answered)}")


@pair_rule("PRV-003", FATAL, "4.9", "The PreviewLocation must be the one that was offered, unchanged.", NEWEST)
def location_as_offered(pair: SecondRequest) -> Iterator[Broken]:
    """Fatal: the provider knows by the address which preview is meant."""
    found = slot_text(pair.second, LOCATION)
    if pair.offered and found not in pair.offered:
        yield Broken(pair.location, quoted(found) if found else "no PreviewLocation")


@pair_rule("PRV-004", FATAL, "4.9", "Without the way back the PreviewLocation must be the one that was offered.", FIRST)
def location_with_return_as_offered(pair: SecondRequest) -> Iterator[Broken]:
    """Fatal, as in 2.0; 1.x appends the way back to the address as `returnurl` and `returnmethod`."""
    found = slot_text(pair.second, LOCATION)
    if pair.offered and not {found, without_return(found).location} & set(pair.offered):
        yield Broken(pair.location, quoted(found) if found else "no PreviewLocation")


@pair_rule("PRV-005", FATAL, "4.9", "A second request must say in ReturnLocation where the user goes back to.", NEWEST)
def return_slot(pair: SecondRequest) -> Iterator[Broken]:
    """Fatal: in 2.0 PreviewLocation and ReturnLocation stand together."""
    if not slot_text(pair.second, RETURN):
        yield Broken(pair.second, "no ReturnLocation")


@pair_rule("PRV-006", WARNING, "4.9", "The PreviewLocation should end with a returnurl for the way back.", FIRST)
def return_parameter(pair: SecondRequest) -> Iterator[Broken]:
    """A warning: without it the user ends at the provider, though the evidence is exchanged; a preview that is not
    opened by GET takes it outside the address."""
    found = slot_text(pair.second, LOCATION)
    by_get = all(slot_text(offer, "PreviewMethod") in ("", "GET") for offer in pair.offers)
    if found and by_get and without_return(found).return_location is None:
        yield Broken(pair.location, quoted(found))


@pair_rule("PRV-007", FATAL, "4.4", "A second request must have an id of its own.")
def new_id(pair: SecondRequest) -> Iterator[Broken]:
    """Fatal: a provider refuses an id that it has seen."""
    first, second = tidy(pair.first.get("id", "")), tidy(pair.second.get("id", ""))
    if first and first.lower() == second.lower():
        yield Broken(pair.second, quoted(second), "id")


@pair_rule(
    "PRV-008",
    FATAL,
    "4.9",
    "A second request must repeat every slot of the first but IssueDateTime, PreviewLocation and ReturnLocation.",
)
def same_slots(pair: SecondRequest) -> Iterator[Broken]:
    """Fatal: the user previews what the first request asked for, and nothing else may be fetched."""
    yield from _other_slots(pair.second, pair.first)
    second, first = query(pair.second), query(pair.first)
    if second is not None and first is not None:
        yield from _other_slots(second, first)


def _other_slots(second: etree._Element, first: etree._Element) -> Iterator[Broken]:
    """The slots below one element that are not as in the first request, each once, in whatever order."""
    repeated, original = _named(second), _named(first)
    for name in original | repeated:
        found, expected = repeated.get(name, []), original.get(name, [])
        if not found:
            yield Broken(second, f"no slot {name}")
        elif not expected:
            yield Broken(found[0], f"a slot {name}")
        elif len(found) != len(expected):
            yield Broken(found[0], f"{len(found)} slots {name} instead of {len(expected)}")
        else:
            yield from _other_values(name, found, expected)


def _other_values(name: str, found: list[etree._Element], expected: list[etree._Element]) -> Iterator[Broken]:
    for one, other in zip(found, expected, strict=True):
        changed = difference(normal(one), normal(other))
        if changed:
            yield Broken(one, f"in {name}: {changed}")


def _named(element: etree._Element) -> dict[str, list[etree._Element]]:
    """The slots that a second request repeats, by name, in their order."""
    found: dict[str, list[etree._Element]] = {}
    for slot in element.iterchildren(tag("Slot")):
        if slot.get("name") not in OF_ITS_OWN:
            found.setdefault(slot.get("name", ""), []).append(slot)
    return found


@pair_rule("PRV-009", FATAL, "4.9", "A second request must ask in the same language and by the same query.")
def same_query(pair: SecondRequest) -> Iterator[Broken]:
    """Fatal: what stands outside the slots belongs to what was previewed as well."""
    for attribute, one, other in (
        (XML_LANG, pair.second, pair.first),
        ("returnType", pair.second.find(tag("ResponseOption")), pair.first.find(tag("ResponseOption"))),
        ("queryDefinition", query(pair.second), query(pair.first)),
    ):
        found, expected = ("" if each is None else tidy(each.get(attribute, "")) for each in (one, other))
        if found != expected:
            yield Broken(pair.second if one is None else one, quoted(found) if found else "nothing")


SECOND_REQUEST_RULES: Final[tuple[PairRule[SecondRequest], ...]] = (
    preview_was_demanded,
    error_answers_the_first,
    location_as_offered,
    location_with_return_as_offered,
    return_slot,
    return_parameter,
    new_id,
    same_slots,
    same_query,
)
