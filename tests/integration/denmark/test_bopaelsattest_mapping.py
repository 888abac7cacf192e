"""The table that says where each element comes from, held against the schema and the CPR record."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import xmlschema
from lxml import etree
from xmlschema.validators import XsdElement

import oots.denmark
from oots.denmark.cpr import CprAdresse, CprPerson, FuldtNavn, Navn
from oots.denmark.municipality import Municipality
from oots.wire.schema import schema_file

TABLE: Final[dict[str, Any]] = tomllib.loads(
    (Path(oots.denmark.__file__).parent / "data" / "bopaelsattest-mapping.toml").read_text(encoding="utf-8")
)
XS: Final = "{http://www.w3.org/2001/XMLSchema}"
LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
CONTAINERS: Final = {"CprPerson.navn", "CprPerson.adresser", "Navn.fuldt"}


def fields_of(*records: Any) -> set[str]:
    return {f"{record.__name__}.{field.name}" for record in records for field in dataclasses.fields(record)}


def leaves(element: XsdElement, path: str = "") -> Iterator[str]:
    """The paths at and below an element that hold a value; history is built as the present residence."""
    yield from (f"{path}/@{attribute}" for attribute in element.attributes)
    children = [child for child in element.iterchildren() if isinstance(child, XsdElement)]
    if not children:
        yield path
    for child in children:
        name = child.local_name.replace("TidligereBopael", "Bopael")
        yield from leaves(child, name if path in ("", "Historik") else f"{path}/{name}")


def released_sources() -> set[str]:
    return {source for row in TABLE["released"] for source in row["source"]}


def test_each_element_of_the_schema_has_its_row_and_no_row_is_left_over() -> None:
    root = xmlschema.XMLSchema(str(schema_file("bopaelsattest"))).elements["Bopaelsattest"]
    elements = [row["element"] for row in TABLE["released"]]
    assert len(elements) == len(set(elements))
    assert set(elements) == set(leaves(root))


DECLARATIONS: Final = [
    declaration
    for declaration in etree.parse(schema_file("bopaelsattest")).iter(f"{XS}element", f"{XS}attribute")
    if "name" in declaration.attrib
]


def explanations(declaration: etree._Element) -> list[etree._Element]:
    return declaration.findall(f"{XS}annotation/{XS}documentation")


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=lambda declaration: f"line {declaration.sourceline}")
def test_each_element_of_the_schema_is_explained_in_danish_and_english(declaration: etree._Element) -> None:
    languages = [each.get(LANG) for each in explanations(declaration) if each.text and each.get("source") is None]
    assert languages == ["da", "en"]


def test_schema_and_table_name_the_same_terms_of_cpr() -> None:
    in_schema: dict[str, set[str]] = {}
    for declaration in DECLARATIONS:
        terms = [(each.text or "").split() for each in explanations(declaration) if each.get("source")]
        in_schema.setdefault(declaration.get("name", ""), set()).update(*terms)
    in_table: dict[str, set[str]] = {name: set() for name in in_schema}
    for row in TABLE["released"]:
        in_table[row["element"].rpartition("/")[2].removeprefix("@")].update(row.get("cpr", ()))
    assert in_schema == in_table
    assert sum(map(bool, in_table.values())) > 15


def test_each_field_of_a_record_is_released_or_withheld_and_never_both() -> None:
    withheld = [row["source"] for row in TABLE["withheld"]]
    assert len(withheld) == len(set(withheld))
    assert not released_sources() & set(withheld)
    record = fields_of(CprPerson, Navn, FuldtNavn, CprAdresse)
    assert (released_sources() | set(withheld)) - fields_of(Municipality) == record - CONTAINERS


def test_religion_number_and_marital_status_are_withheld_with_a_reason_in_both_languages() -> None:
    reasons = {row["source"]: (row["da"], row["en"]) for row in TABLE["withheld"]}
    for source in ("CprPerson.folkekirke", "CprPerson.personnummer", "CprPerson.civilstand", "CprPerson.beskyttelse"):
        danish, english = reasons[source]
        assert danish
        assert english
        assert danish != english


def test_every_term_of_annex_x_that_a_residence_needs_has_a_source() -> None:
    terms = {row.get("annex_x") for row in TABLE["released"]}
    person = {f"Body/ConcernedPerson/{name}" for name in ("Surname", "Forename", "DateOfBirth", "PlaceOfBirth")}
    residence = {f"Body/Residence/{name}" for name in ("StreetPOBox", "PostalCode", "Place")}
    assert person | residence <= terms
