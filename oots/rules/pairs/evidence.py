"""A piece of evidence and what a response says of it (TDD 4.5.2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from oots.model.errors import MessageError
from oots.rules.checks.asking import quoted
from oots.rules.pairs.data_models import DataModel, Person, data_model
from oots.rules.pairs.header import bare
from oots.rules.pairs.lookup import child, identifier, text
from oots.rules.pairs.media_types import instead_of
from oots.rules.pairs.pair import Broken, PairRule, judge_pair, pair_rule
from oots.rules.rule import Finding, Severity
from oots.wire.schema import first_fault
from oots.wire.xml import parse

FATAL, WARNING, INFO = Severity.FATAL, Severity.WARNING, Severity.INFO
_LETTERS: Final = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "þ": "th", "œ": "oe"})
_APOSTROPHES: Final = re.compile("['’`´.]")
_TWO_LETTERS: Final = re.compile("([aou])[ae]")
"""How a letter with a mark is written where there is none: aa and å, oe and ø, ue and ü."""


@dataclass(frozen=True, slots=True)
class EvidenceToMetadata:
    """`metadata` is the `sdg:Evidence` of the piece, `main` that of the main evidence it belongs to (itself, perhaps);
    `document` is what the piece holds where it is XML of a model known here, `signer` the party of a valid seal."""

    metadata: etree._Element
    main: etree._Element
    media_type: str
    content: bytes
    document: etree._Element | None
    signer: str | None

    @property
    def format(self) -> str:
        return text(self.metadata, "Distribution", "Format")

    @property
    def model(self) -> str:
        return text(self.metadata, "Distribution", "ConformsTo")

    @property
    def known(self) -> DataModel | None:
        return data_model(self.model)

    @property
    def person(self) -> Person | None:
        """Whom the document is about, where its data model is known here."""
        return None if self.known is None or self.document is None else self.known.person(self.document)

    @property
    def about(self) -> Person | None:
        """Whom the metadata name."""
        found = child(self.metadata, "IsAbout", "NaturalPerson")
        if found is None:
            return None
        return Person(text(found, "GivenName"), text(found, "FamilyName"), text(found, "DateOfBirth"))

    def at(self, *path: str) -> etree._Element:
        """The place in the metadata; the whole where it is missing."""
        found = child(self.metadata, *path)
        return self.metadata if found is None else found


def evidence_to_metadata(
    metadata: etree._Element,
    media_type: str,
    content: bytes,
    *,
    main: etree._Element | None = None,
    signer: str | None = None,
) -> tuple[Finding, ...]:
    """What a piece of evidence breaks of its `sdg:Evidence`; places are in the metadata.

    `media_type` and `content` are those of its part, uncompressed. `main` is the `sdg:Evidence` of the main evidence
    that a supplementary document belongs to. `signer` is the party id that a valid seal names (`SealReport.signer`),
    None where there is no seal or nobody looked.
    """
    owner = metadata if main is None else main
    known = data_model(text(metadata, "Distribution", "ConformsTo"))
    document = None if known is None else _xml(content)
    return judge_pair(
        EVIDENCE_RULES, EvidenceToMetadata(metadata, owner, media_type, content, document, signer), "v2.0"
    )


def _xml(content: bytes) -> etree._Element | None:
    try:
        return parse(content)
    except MessageError:
        return None


@pair_rule("EVI-001", FATAL, "4.5.2", "Evidence must travel as the media type that its metadata give it.")
def stated_type(pair: EvidenceToMetadata) -> Iterator[Broken]:
    """Fatal: of two types for the same bytes one is wrong."""
    if pair.format and bare(pair.media_type) != bare(pair.format):
        yield Broken(pair.at("Distribution", "Format"), quoted(pair.media_type))


@pair_rule("EVI-002", FATAL, "4.5.2", "Evidence must really be of the media type that its metadata give it.")
def real_type(pair: EvidenceToMetadata) -> Iterator[Broken]:
    """Fatal: nobody can open it as what it is said to be, or somebody opens what should not be opened."""
    instead = instead_of(bare(pair.format), pair.content)
    if instead is not None:
        yield Broken(pair.at("Distribution", "Format"), instead)


@pair_rule("EVI-003", FATAL, "4.5.2", "Evidence must be valid by the data model that its metadata say it conforms to.")
def conforms(pair: EvidenceToMetadata) -> Iterator[Broken]:
    """Fatal: ConformsTo promises a document that machines can read."""
    known, document = pair.known, pair.document
    if known is None:
        return
    if document is None:
        yield Broken(pair.at("Distribution", "ConformsTo"), "no XML")
        return
    fault = first_fault(document, known.schema)
    if fault is not None:
        yield Broken(pair.at("Distribution", "ConformsTo"), f"line {fault.line} of the evidence: {fault.reason}")


@pair_rule("EVI-004", INFO, "4.5.2", "Evidence is judged only by a data model that is known here.")
def unknown_model(pair: EvidenceToMetadata) -> Iterator[Broken]:
    """An info: the Semantic Repository may have a schema of it."""
    if pair.model and pair.known is None:
        yield Broken(pair.at("Distribution", "ConformsTo"), quoted(pair.model))


@pair_rule("EVI-005", FATAL, "4.5.2", "The seal of evidence must be that of the issuing authority in its metadata.")
def sealed_by_the_issuer(pair: EvidenceToMetadata) -> Iterator[Broken]:
    """Fatal: the metadata say who issued it, and a seal proves that somebody else did. No seal is demanded here."""
    holder = child(pair.main, "IssuingAuthority")
    authority = identifier(holder)
    if pair.signer is not None and authority is not None and pair.signer != authority.value:
        here = holder is not None and pair.main is pair.metadata
        yield Broken(holder if here and holder is not None else pair.metadata, f"a seal of {quoted(pair.signer)}")


@pair_rule("EVI-006", FATAL, "4.5.2", "The person in the evidence must be the one that its metadata name.")
def about_the_person(pair: EvidenceToMetadata) -> Iterator[Broken]:
    """Fatal: evidence about somebody else. The date of birth must be the same, and the names must have something in
    common: metadata repeat the names of the request, and registers spell and divide them in other ways."""
    found, said = pair.person, pair.about
    if found is None or said is None:
        return
    same = (
        found.date_of_birth == said.date_of_birth
        and _in_common(found.given_name, said.given_name)
        and _in_common(found.family_name, said.family_name)
    )
    if not same:
        yield Broken(pair.at("IsAbout", "NaturalPerson"), _told(said))


@pair_rule("EVI-007", WARNING, "4.5.2", "The person in the evidence should have the names that its metadata give.")
def names_of_the_person(pair: EvidenceToMetadata) -> Iterator[Broken]:
    """A warning: a middle name or another spelling can be the whole difference."""
    found, said = pair.person, pair.about
    if found is not None and said is not None and _names(found) != _names(said):
        yield Broken(pair.at("IsAbout", "NaturalPerson"), _told(said))


def _told(person: Person) -> str:
    return quoted(f"{person.given_name} {person.family_name}, {person.date_of_birth}")


def _names(person: Person) -> tuple[str, ...]:
    return tuple(unicodedata.normalize("NFC", name) for name in (person.given_name, person.family_name))


def _in_common(one: str, other: str) -> bool:
    """Whether a word of one name is, or begins, a word of the other; names in two scripts cannot be compared."""
    words, others = _words(one), _words(other)
    if "".join(words).isascii() != "".join(others).isascii():
        return True
    return any(first.startswith(second) or second.startswith(first) for first in words for second in others)


def _words(name: str) -> list[str]:
    """The words of a name without case, marks and hyphens, and without the second letter that stands for a mark."""
    letters = name.casefold().replace("ø", "o").replace("æ", "a").translate(_LETTERS)
    plain = "".join(each for each in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(each))
    return re.findall(r"\w+", _TWO_LETTERS.sub(r"\1", _APOSTROPHES.sub("", plain)))


EVIDENCE_RULES: Final[tuple[PairRule[EvidenceToMetadata], ...]] = (
    stated_type,
    real_type,
    conforms,
    unknown_model,
    sealed_by_the_issuer,
    about_the_person,
    names_of_the_person,
)
