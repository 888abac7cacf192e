"""An evidence type issued: what is held becomes documents, less what no requirement releases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from oots.denmark import annexes
from oots.denmark.authorities import Authority, authorities
from oots.denmark.document_model import (
    DataModel,
    Definition,
    Field,
    projections,
    vocabulary,
)
from oots.denmark.document_pdf import Sender, render
from oots.denmark.document_xml import Facts, encode
from oots.denmark.evidence_types import PDF, PDF_DISTRIBUTION, evidence_type_of, xml_distribution
from oots.denmark.field_names import fields_told
from oots.denmark.holding import NOTHING, Annex, Case, Piece, by_hand
from oots.denmark.holdings import HOLDINGS
from oots.denmark.residence_forms import as_forms_ask
from oots.model.evidence import Distribution, DocumentKind
from oots.model.issuing import ByHand, Issue, Issued, IssuedDocument, NothingHeld, Order, Withheld
from oots.model.text import in_language

SealXml = Callable[[bytes], bytes]
SealPdf = Callable[[bytes, str], bytes]
"""Takes PDF and reason."""

ADDRESS_PROTECTION = "address-protection"


@dataclass(frozen=True, slots=True)
class Writing:
    """How the documents of one case are made: the distribution that is wanted, case number, moment and seals."""

    wanted: Distribution
    case_number: str
    at: datetime
    seal_xml: SealXml
    seal_pdf: SealPdf


def issue(definition: Definition, case: Case, writing: Writing) -> Issue:
    """All pieces of an evidence type that `case` gives; raises LookupError for a key that nobody has."""
    if definition.subject == "natural" and (refused := _refused(definition, case)):
        return refused
    held = HOLDINGS[definition.id](case)
    if isinstance(held, NothingHeld | ByHand):
        return held
    if definition.subject == "natural" and case.person.forsvundet and (missing := by_hand(case)):
        return missing
    return tuple(issue_piece(definition, case, piece, writing) for piece in held)


def _refused(definition: Definition, case: Case) -> NothingHeld | None:
    """Nobody asks for the dead; and without a preview nobody with a protected address can be warned, who therefore
    looks like a person of whom nothing is held."""
    person = case.person
    if person.doedsdato is not None:
        return NothingHeld("has died")
    hidden = person.paragraf_6_stk_6 or person.protected(case.day)
    return NOTHING if definition.without_preview and hidden else None


def issue_piece(definition: Definition, case: Case, piece: Piece, writing: Writing) -> Issued:
    """One piece of evidence, sealed."""
    issuer = _issuer(definition, case, piece)
    day = piece.issued or case.day
    known = {**piece.facts, **_opening(writing.case_number, day, issuer)}
    model, facts = _model_wanted(definition, case, known, writing.wanted)
    document = encode(model, facts, case.requirements)
    title = in_language(piece.titles or definition.titles.texts, "DA")
    sender = Sender(issuer.name, issuer.cvr, definition.system, _passed_on_by(case, issuer))
    notice = None
    if definition.subject == "natural" and case.person.protected(case.day):
        notice = ADDRESS_PROTECTION
    return Issued(
        evidence_type_of(definition),
        day,
        (
            *_documents(document, model, title, writing, partial(_letter, document, model, sender, day, writing)),
            *(_annex(annex, issuer, writing) for annex in piece.annexes),
        ),
        notice,
        title=piece.titles,
        fields=fields_told(definition, model, document, case.requirements),
    )


def _opening(case_number: str, day: date, issuer: Authority) -> Facts:
    return {
        "sagsnummer": case_number,
        "udstedelsesdato": day,
        "myndighed": {"navn": issuer.name, "cvr": issuer.cvr},
    }


def _issuer(definition: Definition, case: Case, piece: Piece) -> Authority:
    return piece.issuer or authorities().get(definition.issuer) or Authority.of(case.municipality)


def _passed_on_by(case: Case, issuer: Authority) -> str | None:
    return None if issuer.cvr == case.municipality.cvr else case.municipality.authority_name


def _model_wanted(definition: Definition, case: Case, facts: Facts, wanted: Distribution) -> tuple[DataModel, Facts]:
    """The native data model, or a projection that `wanted` names, with the facts that it asks for."""
    for name in definition.projections:
        model = projections()[name].data_model
        if wanted.conforms_to == model.url:
            return model, as_forms_ask(facts, case.municipality)
    native = definition.data_model
    if native is None:
        raise LookupError(f"{definition.id} has no data model of the engine")
    return native, facts


def _letter(document: bytes, model: DataModel, sender: Sender, day: date, writing: Writing) -> bytes:
    return render(document, model, sender, case_number=writing.case_number, day=day, at=writing.at)


def _documents(
    document: bytes, model: DataModel, title: str, writing: Writing, letter: Callable[[], bytes]
) -> Iterator[IssuedDocument]:
    wanted = writing.wanted
    if wanted.format == PDF:
        sealed_letter = writing.seal_pdf(letter(), title)
        yield IssuedDocument(DocumentKind.MAIN_EVIDENCE, title, PDF_DISTRIBUTION, sealed_letter)
        return
    sealed = writing.seal_xml(document)
    yield IssuedDocument(DocumentKind.MAIN_EVIDENCE, title, xml_distribution(model.url), sealed)
    if DocumentKind.HUMAN_READABLE_VERSION in wanted.associated_documents:
        sealed_letter = writing.seal_pdf(letter(), title)
        yield IssuedDocument(DocumentKind.HUMAN_READABLE_VERSION, title, PDF_DISTRIBUTION, sealed_letter)


def _annex(annex: Annex, issuer: Authority, writing: Writing) -> IssuedDocument:
    title = in_language(annex.titles, "DA")
    about = {"authority": issuer.name, "case_number": writing.case_number}
    if isinstance(annex.content, tuple):
        pdf = annexes.text_annex(annex.titles, annex.content, at=writing.at, **about)
    else:
        pdf = annexes.drawing_annex(annex.titles, annex.content, at=writing.at, **about)
    return IssuedDocument(DocumentKind.ANNEX, title, PDF_DISTRIBUTION, writing.seal_pdf(pdf, title))


def requirements_of(order: Order) -> frozenset[str]:
    """The UUIDs of the requirements that an order names by their URLs."""
    return frozenset(url.rpartition("/")[2] for url in order.requirements)


def withheld(definition: Definition, requirements: frozenset[str]) -> Iterator[Withheld]:
    """What the register knows and these requirements (UUIDs) do not release, and what never leaves it.

    The same for everybody: what is known of one person does not show.
    """
    for field in _not_released(definition.field, requirements):
        if field.because:
            yield Withheld(field.da if field.da == field.en else f"{field.da} / {field.en}", field.because.texts)
    for kept in definition.kept:
        yield Withheld(kept.term, kept.texts)


def _not_released(fields: tuple[Field, ...], requirements: frozenset[str]) -> Iterator[Field]:
    for field in fields:
        if field.released(requirements):
            yield from _not_released(vocabulary().members(field), requirements)
        else:
            yield field
