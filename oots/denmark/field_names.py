"""Which fields of an evidence type a document holds, which could stand there, and which are withheld: names alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from oots.denmark.document_model import (
    DATA,
    DataModel,
    Definition,
    Field,
    Table,
    definitions,
    projections,
    read,
    vocabulary,
)
from oots.denmark.document_xml import opening_fields
from oots.denmark.evidence_types import BOPAELSATTEST_HISTORIK, DATA_MODEL
from oots.model.fields import FieldTold, KnownField, KnownFields, Standing, Why
from oots.model.text import Text
from oots.wire.element_names import leaf_paths

_HISTORY = "Historik"


class _Certificate(Table):
    field: tuple[Field, ...]


@cache
def certificate_model(*, with_history: bool) -> DataModel:
    """The fields of a bopælsattest, which is written apart from all others; raises ConfigurationError."""
    fields = read(DATA / "bopaelsattest-fields.toml", _Certificate).field
    of_type = tuple(field for field in fields if with_history or field.element != _HISTORY)
    definition = definitions()["bopaelsattest-historik" if with_history else "bopaelsattest-aktuel"]
    return DataModel(DATA_MODEL.rpartition("/")[2], "Bopaelsattest", definition.titles, of_type)


def fields_told(
    definition: Definition, model: DataModel, document: bytes, requirements: frozenset[str]
) -> tuple[FieldTold, ...]:
    """The fields of a document of this type in `model`, before it is sealed; `requirements` are UUIDs.

    What no requirement releases is withheld whichever data model was asked for, and so is what never leaves the
    register.
    """
    written = _told(fields_of(model), "", leaf_paths(document), requirements)
    here = {each.name: each for each in written}
    for path in _withheld(definition.field, "", requirements):
        here.setdefault(path, FieldTold(path, Standing.WITHHELD, Why.REQUIREMENT))
    never = (FieldTold(kept.term, Standing.WITHHELD, Why.NEVER) for kept in definition.kept)
    return (*here.values(), *never)


def fields_of(model: DataModel) -> tuple[Field, ...]:
    """All fields of a document, also those with which each of ours begins."""
    opening = () if model.url == DATA_MODEL else opening_fields(model)
    return (*opening, *model.fields)


def _told(
    fields: Iterable[Field], above: str, present: tuple[str, ...], requirements: frozenset[str]
) -> Iterator[FieldTold]:
    for field in fields:
        path = above + field.element
        members = vocabulary().members(field)
        inside = any(each == path or each.startswith(f"{path}/") for each in present)
        if not field.released(requirements):
            yield FieldTold(path, Standing.WITHHELD, Why.REQUIREMENT)
        elif members and inside:
            yield from _told(members, f"{path}/", present, requirements)
        else:
            yield FieldTold(path, Standing.AVAILABLE if inside else Standing.REQUESTED)


def _withheld(fields: Iterable[Field], above: str, requirements: frozenset[str]) -> Iterator[str]:
    for field in fields:
        path = above + field.element
        if field.released(requirements):
            yield from _withheld(vocabulary().members(field), f"{path}/", requirements)
        else:
            yield path


@cache
def known_fields(classification: str) -> KnownFields | None:
    """What a Danish evidence type says of its fields, by its URL; None for one that nobody here knows."""
    definition = next((each for each in definitions().values() if each.url == classification), None)
    if definition is None:
        return None
    with_history = classification == BOPAELSATTEST_HISTORIK.classification
    model = definition.data_model or certificate_model(with_history=with_history)
    never = (KnownField(each.term, (), because=each.texts) for each in definition.kept)
    own = () if definition.elsewhere else _known(fields_of(model), "", (), always=True)
    others = (field for name in definition.projections for field in _of_others(name))
    return KnownFields(definition.titles.texts, (*own, *never), tuple(others))


def _of_others(name: str) -> Iterator[KnownField]:
    return _known(fields_of(projections()[name].data_model), "", (), always=True)


def _known(fields: Iterable[Field], above: str, within: tuple[Field, ...], *, always: bool) -> Iterator[KnownField]:
    """Each field and, after it, those inside of it: a group stands for them where it is told as a whole."""
    for field in fields:
        sure = always and _in_every_document(field)
        path = above + field.element
        because = field.because.texts if field.because else ()
        yield KnownField(path, _labels((*within, field)), field.only_for, because, sure)
        yield from _known(vocabulary().members(field), f"{path}/", (*within, field), always=sure)


def _in_every_document(field: Field) -> bool:
    """Whether a document has it whatever the register holds of a person; a group that some requirements release is
    optional for their sake alone."""
    withheld_as_a_whole = bool(field.only_for and field.field)
    return not (field.many or field.either) and (withheld_as_a_whole or not field.optional)


def _labels(fields: tuple[Field, ...]) -> tuple[Text, ...]:
    danish, english = (": ".join(dict.fromkeys(getattr(each, lang) for each in fields)) for lang in ("da", "en"))
    return Text("DA", danish), Text("EN", english)
