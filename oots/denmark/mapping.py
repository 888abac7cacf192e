"""Where each element of a document comes from, as a table that can be printed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator

from oots.denmark.document_model import (
    DATA,
    DataModel,
    Definition,
    Field,
    definitions,
    projections,
    vocabulary,
)
from oots.denmark.document_xml import opening_fields
from oots.model.errors import ConfigurationError

_HEAD = ("| element | dansk | English | register | released for |", "| --- | --- | --- | --- | --- |")


def overview() -> Iterator[str]:
    """A line for each evidence type: wave, id, titles, issuer and system."""
    yield "| wave | id | titel | title | issuer | system |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for each in definitions().values():
        yield f"| {each.wave} | {each.id} | {each.titles.da} | {each.titles.en} | {each.issuer} | {each.system} |"


def mapping(name: str) -> Iterator[str]:
    """The table of an evidence type, by its id, in its own data model and those of others; in Markdown.

    Raises ConfigurationError for an unknown name.
    """
    if name not in definitions():
        raise ConfigurationError(f"{name} is no evidence type: oots documents list names them")
    definition = definitions()[name]
    yield f"# {definition.titles.da} · {definition.titles.en}"
    yield from _about(definition)
    native = definition.data_model
    if native:
        yield from _table(native)
    elif definition.elsewhere is None:
        yield from _certificate()
    for projection in (projections()[each] for each in definition.projections):
        yield ""
        yield projection.based_on.da
        yield projection.based_on.en
        yield from _table(projection.data_model)
    if native:
        yield from _withheld((kept.term, kept.da, kept.en) for kept in definition.kept)


def _about(definition: Definition) -> Iterator[str]:
    yield f"- {definition.rule.da} {definition.rule.en}"
    yield f"- issuer: {definition.issuer}; system: {definition.system}; subject: {definition.subject} person"
    yield f"- requirements: {', '.join(definition.requirements)}; procedures: {', '.join(definition.procedures)}"
    yield f"- fee: {_yes(definition.fee)}; without preview: {_yes(definition.without_preview)}"
    if definition.forms:
        yield f"- nearest European forms: {definition.forms}"
    if definition.elsewhere:
        yield f"- never issued. {definition.elsewhere.da} {definition.elsewhere.en}"


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _table(model: DataModel) -> Iterator[str]:
    yield ""
    yield f"## {model.url}"
    yield ""
    yield from _HEAD
    yield from _rows((*opening_fields(model), *model.fields), "", "")


def _rows(fields: Iterable[Field], above: str, released: str) -> Iterator[str]:
    for field in fields:
        path = f"{above}{field.element}"
        only_for = ", ".join(field.only_for) or released
        members = vocabulary().members(field)
        if members:
            yield from _rows(members, f"{path}/", only_for)
        else:
            yield f"| {path} | {field.da} | {field.en} | {'; '.join(field.terms) or '–'} | {only_for or 'all'} |"


def _certificate() -> Iterator[str]:
    """The table of the bopælsattest, which stands in a file of its own."""
    table = tomllib.loads((DATA / "bopaelsattest-mapping.toml").read_text(encoding="utf-8"))
    yield ""
    yield "| element | CPR | 2016/1191 Annex X |"
    yield "| --- | --- | --- |"
    for row in table["released"]:
        yield f"| {row['element']} | {'; '.join(row.get('cpr', ())) or '–'} | {row.get('annex_x', '–')} |"
    yield from _withheld((row["source"], row["da"], row["en"]) for row in table["withheld"])


def _withheld(rows: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    yield ""
    yield "| never released | hvorfor | why |"
    yield "| --- | --- | --- |"
    for source, da, en in rows:
        yield f"| {source} | {da} | {en} |"
