"""An answer, response or error, and the request that it answers (TDD 4.5.2 and 4.5.3)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from oots.rules.checks.asking import quoted, tidy
from oots.rules.packages import MAIN, SUPPLEMENTARY
from oots.rules.pairs.lookup import (
    SPECIFICATION,
    Document,
    child,
    documents,
    held,
    identifier,
    is_error,
    named,
    provider_in,
    query,
    requester_in,
    shown,
    slot_text,
    text,
    texts,
    value,
    version_in,
)
from oots.rules.pairs.pair import FIRST, NEWEST, Broken, PairRule, judge_pair, pair_rule
from oots.rules.place import tag
from oots.rules.rule import Finding, Severity
from oots.wire.profile import PROFILES
from oots.wire.slots import type_of

FATAL, WARNING, INFO = Severity.FATAL, Severity.WARNING, Severity.INFO
MODELLED: Final = ("application/xml", "application/json")
"""Structured media types: without a data model that is known to both they come with a readable version."""
_ASSOCIATED: Final = "AssociatedDocumentRequest"
_HUMAN_READABLE: Final = "HumanReadableVersion"


@dataclass(frozen=True, slots=True)
class AnswerToRequest:
    """A `query:QueryResponse` of any status and the `query:QueryRequest` that it is held against."""

    answer: etree._Element
    request: etree._Element

    @property
    def asked(self) -> etree._Element | None:
        """The `sdg:DataServiceEvidenceType` that was asked for."""
        found = query(self.request)
        return None if found is None else next(iter(held(found, "EvidenceRequest", "DataServiceEvidenceType")), None)

    @property
    def distributions(self) -> list[etree._Element]:
        return [] if self.asked is None else list(self.asked.iterchildren(tag("DistributedAs")))

    @property
    def main(self) -> list[Document]:
        """The main evidence delivered."""
        return [document for document in documents(self.answer) if document.is_main]


def answer_to_request(answer: etree._Element, request: etree._Element) -> tuple[Finding, ...]:
    """What an answer breaks of what its request asked; places are in the answer."""
    return judge_pair(ANSWER_RULES, AnswerToRequest(answer, request), version_in(answer, request))


@pair_rule("ANS-001", FATAL, "4.5.2", "The requestId of an answer must be the id of the request that it answers.")
def request_id(pair: AnswerToRequest) -> Iterator[Broken]:
    """Fatal: nothing else ties an answer to its request. An invalid request may be answered without its id; the
    letters of a UUID have no case (RFC 4122)."""
    asked, answered = pair.request.get("id"), pair.answer.get("requestId")
    if asked is None or (answered is None and _invalid_request(pair.answer)):
        return
    if answered is None:
        yield Broken(pair.answer, "no requestId")
    elif tidy(answered).lower() != tidy(asked).lower():
        yield Broken(pair.answer, quoted(answered), "requestId")


def _invalid_request(answer: etree._Element) -> bool:
    return any(type_of(found)[1] == "InvalidRequestExceptionType" for found in answer.iterchildren(tag("Exception")))


@pair_rule("ANS-002", FATAL, "4.7", "An answer must speak the version of the exchange data model of its request.")
def same_version(pair: AnswerToRequest) -> Iterator[Broken]:
    """Fatal: the requester chose a version that it can read. A version unknown here is refused in one that is known."""
    asked, answered = slot_text(pair.request, SPECIFICATION), slot_text(pair.answer, SPECIFICATION)
    if asked and answered and asked != answered and not (is_error(pair.answer) and asked not in PROFILES):
        yield Broken(_slot(pair.answer, SPECIFICATION), quoted(answered))


def _slot(message: etree._Element, name: str) -> etree._Element:
    found = value(message, name)
    return message if found is None else found


@pair_rule("ANS-003", FATAL, "4.5.2", "An answer must name the evidence requester that asked.")
def same_requester(pair: AnswerToRequest) -> Iterator[Broken]:
    """Fatal: evidence may go to the authority that the user has asked to fetch it, and to no other."""
    yield from _other_party(named(pair.answer, "EvidenceRequester"), requester_in(pair.request))


@pair_rule("ANS-004", FATAL, "4.5.2", "A response must come from the evidence provider that was asked.")
def same_provider(pair: AnswerToRequest) -> Iterator[Broken]:
    """Fatal: the user agreed to fetch evidence from that authority."""
    yield from _other_party(provider_in(pair.answer), named(pair.request, "EvidenceProvider"))


@pair_rule("ANS-005", WARNING, "4.5.3", "An error should come from the evidence provider that was asked.")
def error_of_the_provider(pair: AnswerToRequest) -> Iterator[Broken]:
    """A warning: an intermediary platform may answer in the provider's place."""
    yield from _other_party(named(pair.answer, "ErrorProvider"), named(pair.request, "EvidenceProvider"))


def _other_party(found: etree._Element | None, expected: etree._Element | None) -> Iterator[Broken]:
    """Broken where both have an identifier and it is not the same."""
    one, other = identifier(found), identifier(expected)
    if found is not None and one is not None and other is not None and one != other:
        yield Broken(found, shown(one))


@pair_rule("ANS-006", FATAL, "4.5.2", "Evidence must be of the evidence type that was asked for.")
def same_evidence_type(pair: AnswerToRequest) -> Iterator[Broken]:
    """Fatal: only what was asked for may be exchanged (2018/1724 art. 14(8))."""
    asked = text(pair.asked, "EvidenceTypeClassification")
    for document in pair.main:
        found = child(document.metadata, "IsConformantTo", "EvidenceTypeClassification")
        delivered = text(document.metadata, "IsConformantTo", "EvidenceTypeClassification")
        if asked and found is not None and delivered != asked:
            yield Broken(found, quoted(delivered))


def _formats(pair: AnswerToRequest) -> set[str]:
    return {each for distribution in pair.distributions for each in texts(distribution, "Format")}


def _in_other_formats(pair: AnswerToRequest) -> list[Document]:
    """Main evidence in a format that was not asked for."""
    formats = _formats(pair)
    return [found for found in pair.main if formats and text(found.metadata, "Distribution", "Format") not in formats]


def _at_format(document: Document) -> Broken:
    found = child(document.metadata, "Distribution", "Format")
    at = document.metadata if found is None else found
    return Broken(at, quoted(text(document.metadata, "Distribution", "Format")))


@pair_rule("ANS-007", FATAL, "4.5.2", "Main evidence must come in a format that was asked for.", NEWEST)
def asked_format(pair: AnswerToRequest) -> Iterator[Broken]:
    """Fatal: what cannot be had in a format asked for is an error (EDM:ERR:0007), not evidence in another."""
    yield from map(_at_format, _in_other_formats(pair))


@pair_rule("ANS-008", WARNING, "4.5.2", "At least one piece of evidence must come in the format asked for.", FIRST)
def one_in_the_asked_format(pair: AnswerToRequest) -> Iterator[Broken]:
    """A warning: 1.x cannot say which piece belongs to which, and a person may have kept back the one asked for."""
    others = _in_other_formats(pair)
    if others and len(others) == len(pair.main):
        yield _at_format(others[0])


@pair_rule("ANS-009", WARNING, "4.5.2", "A piece of evidence should not come in a format that nobody asked for.", FIRST)
def no_further_formats(pair: AnswerToRequest) -> Iterator[Broken]:
    """A warning: 1.x cannot say that a piece is the readable version of another."""
    others = _in_other_formats(pair)
    if len(others) < len(pair.main):
        yield from map(_at_format, others)


def _asked_by_format(pair: AnswerToRequest, name: str) -> dict[str, set[str]]:
    """What the distributions asked for say under `name`, by format; empty texts for those that say nothing."""
    found: dict[str, set[str]] = {}
    for distribution in pair.distributions:
        said = texts(distribution, name) or ("",)
        for each in texts(distribution, "Format"):
            found.setdefault(each, set()).update(said)
    return found


def _other_url(pair: AnswerToRequest, name: str) -> Iterator[Broken]:
    """Main evidence whose `name` (data model, part of one) differs from all that were asked for in its format."""
    asked = _asked_by_format(pair, name)
    for document in pair.main:
        wanted = asked.get(text(document.metadata, "Distribution", "Format"), set())
        delivered = text(document.metadata, "Distribution", name)
        if wanted and not {"", delivered} & wanted:
            found = child(document.metadata, "Distribution", name)
            yield Broken(document.metadata if found is None else found, quoted(delivered) if delivered else "none")


@pair_rule("ANS-010", FATAL, "4.5.2", "Evidence must conform to the data model that was asked for in its format.")
def asked_model(pair: AnswerToRequest) -> Iterator[Broken]:
    """Fatal: the distribution must be the one asked for; who names no data model takes any."""
    yield from _other_url(pair, "ConformsTo")


@pair_rule("ANS-011", FATAL, "4.5.2", "Evidence must be the part of the data model that was asked for.", FIRST)
def asked_transformation(pair: AnswerToRequest) -> Iterator[Broken]:
    """Fatal: more of the data model than was asked for are data that nobody needs."""
    yield from _other_url(pair, "Transformation")


def _associated(asked: dict[str, set[str]], main: Document) -> set[str]:
    """The kinds of documents that were asked for beside main evidence in its format."""
    return asked.get(text(main.metadata, "Distribution", "Format"), set()) - {""}


def _packages(pair: AnswerToRequest) -> list[list[Document]]:
    """The documents of each package."""
    by_package: dict[etree._Element, list[Document]] = {}
    for document in documents(pair.answer):
        if document.package is not None:
            by_package.setdefault(document.package, []).append(document)
    return list(by_package.values())


def _needs_a_readable_version(main: Document) -> bool:
    structured = text(main.metadata, "Distribution", "Format") in MODELLED
    return structured and not text(main.metadata, "Distribution", "ConformsTo")


@pair_rule("ANS-012", WARNING, "4.5.2", "A document beside main evidence should have been asked for.", NEWEST)
def asked_documents(pair: AnswerToRequest) -> Iterator[Broken]:
    """A warning: an annex can be a part of the evidence, and structured evidence without a data model must come with a
    readable version, asked for or not."""
    asked = _asked_by_format(pair, _ASSOCIATED)
    for package in _packages(pair):
        mains = [document for document in package if document.is_main]
        allowed = {kind for main in mains for kind in _associated(asked, main)}
        if any(map(_needs_a_readable_version, mains)):
            allowed.add(_HUMAN_READABLE)
        if mains and asked:
            yield from (
                Broken(document.entry, document.kind)
                for document in package
                if document.kind in SUPPLEMENTARY and document.kind not in allowed
            )


@pair_rule("ANS-013", INFO, "4.5.2", "A document that was asked for beside main evidence may be left out.", NEWEST)
def missing_documents(pair: AnswerToRequest) -> Iterator[Broken]:
    """An info: a provider without such a document delivers the rest."""
    asked = _asked_by_format(pair, _ASSOCIATED)
    for package in _packages(pair):
        delivered = {document.kind for document in package}
        for main in (document for document in package if document.is_main):
            yield from (Broken(main.entry, f"no {kind}") for kind in sorted(_associated(asked, main) - delivered))


@pair_rule("ANS-014", FATAL, "4.5.2", "A supplementary document must stand in a package with main evidence.", NEWEST)
def beside_main_evidence(pair: AnswerToRequest) -> Iterator[Broken]:
    """Fatal: alone it is not the evidence that was asked for."""
    found = documents(pair.answer)
    with_main = {document.package for document in found if document.is_main and document.package is not None}
    yield from (
        Broken(document.entry, f"{document.kind} without {MAIN}")
        for document in found
        if not document.is_main and document.package not in with_main
    )


@dataclass(frozen=True, slots=True)
class _Subject:
    """Who evidence is asked for or about; blanks and the composition of letters do not count."""

    element: etree._Element
    legal: bool

    @property
    def identifier(self) -> str:
        return text(self.element, "LegalPersonIdentifier" if self.legal else "Identifier")

    @property
    def particulars(self) -> tuple[str, ...]:
        names = ("LegalName",) if self.legal else ("FamilyName", "GivenName", "DateOfBirth")
        return tuple(unicodedata.normalize("NFC", text(self.element, name)) for name in names)


def _asked_subject(pair: AnswerToRequest) -> _Subject | None:
    found = query(pair.request)
    if found is None:
        return None
    for slot, what in (("NaturalPerson", "Person"), ("LegalPerson", "LegalPerson")):
        for person in held(found, slot, what):
            return _Subject(person, what == "LegalPerson")
    return None


def _subject_of(document: Document) -> _Subject | None:
    for what in ("NaturalPerson", "LegalPerson"):
        person = child(document.metadata, "IsAbout", what)
        if person is not None:
            return _Subject(person, what == "LegalPerson")
    return None


def _subjects(pair: AnswerToRequest) -> Iterator[tuple[_Subject, _Subject]]:
    """Who each main evidence is about, with whom it was asked for."""
    asked = _asked_subject(pair)
    for found in map(_subject_of, pair.main):
        if asked is not None and found is not None:
            yield found, asked


@pair_rule("ANS-015", FATAL, "4.5.2", "Evidence must be about the person for whom it was asked.")
def same_subject(pair: AnswerToRequest) -> Iterator[Broken]:
    """Fatal: personal data of somebody else. The identifier decides where both sides give one, else the names and the
    date of birth."""
    for found, asked in _subjects(pair):
        if found.legal != asked.legal:
            yield Broken(found.element, "a person of another kind")
        elif found.identifier and asked.identifier:
            if found.identifier != asked.identifier:
                yield Broken(found.element, quoted(found.identifier))
        elif found.particulars != asked.particulars:
            yield Broken(found.element, quoted(", ".join(found.particulars)))


@pair_rule("ANS-016", WARNING, "4.5.2", "The person with the identifier asked for should have the names asked for.")
def same_names(pair: AnswerToRequest) -> Iterator[Broken]:
    """A warning: the identifier says who is meant, but names and date of birth of one person seldom differ."""
    for found, asked in _subjects(pair):
        same = found.identifier and found.identifier == asked.identifier and found.legal == asked.legal
        if same and found.particulars != asked.particulars:
            yield Broken(found.element, quoted(", ".join(found.particulars)))


ANSWER_RULES: Final[tuple[PairRule[AnswerToRequest], ...]] = (
    request_id,
    same_version,
    same_requester,
    same_provider,
    error_of_the_provider,
    same_evidence_type,
    asked_format,
    one_in_the_asked_format,
    no_further_formats,
    asked_model,
    asked_transformation,
    asked_documents,
    missing_documents,
    beside_main_evidence,
    same_subject,
    same_names,
)
