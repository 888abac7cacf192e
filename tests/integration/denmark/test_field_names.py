"""The fields that are named of a piece of evidence, held against the bytes that were issued."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from pydantic import TypeAdapter

import oots.denmark
from oots.denmark import annexes
from oots.denmark.document_model import Field, definitions, walked
from oots.denmark.evidence_types import OFFERS, PDF_DISTRIBUTION
from oots.denmark.field_names import known_fields
from oots.denmark.municipality import load_municipality
from oots.denmark.source import MunicipalSource
from oots.model.content import whole
from oots.model.fields import FieldTold, Standing, Why
from oots.model.issuing import Approval, Issued, Order
from tests.support.denmark import registers
from tests.support.leaves import leaves_in
from tests.support.seals import aarhus

NOON: Final = datetime(2026, 11, 24, 11, tzinfo=UTC)
REQUIREMENTS: Final = "https://sr.oots.tech.ec.europa.eu/requirements/"
HOLDERS: Final = {
    "0751": ("f3c95789-ace1-4954-8c5d-6baed2eac902", "99999911"),
    "0461": ("b10877a9-cbf2-4734-9c10-35250b664028",),
    "0657": ("9bbc0685-bcc3-423c-b739-40a87aa1caa0",),
    "0147": ("ca8fbe35-c1af-4465-a6f1-02fce1010f15",),
}
SOLVEJ: Final = HOLDERS["0751"][0]
ISSUED: Final = [each.id for each in definitions().values() if each.elsewhere is None]
MINIMISED: Final = [each.id for each in definitions().values() if any(field.only_for for field in walked(each.field))]
REGISTERS: Final = registers()


@pytest.fixture(autouse=True)
def _annexes_are_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("text_annex", "drawing_annex"):
        monkeypatch.setattr(annexes, kind, lambda *_about, **_more: b"%PDF")


def source(kommunekode: str) -> MunicipalSource:
    return MunicipalSource(
        municipality=load_municipality(kommunekode),
        registers=REGISTERS,
        key=aarhus(),
        seal_xml=lambda document, _key, _at: document,
        seal_pdf=lambda pdf, _key, _at, _reason, _location: pdf,
    )


def order(type_id: str, key: str, requirements: tuple[str, ...], form: int = 0) -> Order:
    url = definitions()[type_id].url
    asked = tuple(REQUIREMENTS + each for each in requirements)
    return Order(key, url, OFFERS[url].distributions[form], NOON, "2026-0000A1B2", asked)


@cache
def pieces(type_id: str, requirements: tuple[str, ...], form: int = 0) -> tuple[Issued, ...]:
    """What the first of the holders gets of whom there is something."""
    for kommunekode, keys in HOLDERS.items():
        for key in keys:
            if (len(key) == 8) != (definitions()[type_id].subject == "legal"):
                continue
            issued = source(kommunekode).issue(order(type_id, key, requirements, form))
            if isinstance(issued, tuple):
                return issued
    raise AssertionError(type_id)


def in_bytes(piece: Issued) -> dict[str, list[str]]:
    return leaves_in(whole(piece.documents[0].content))


def named(piece: Issued, *standings: Standing) -> set[str]:
    return {field.name for field in piece.fields if field.standing in standings}


def requests_of(type_id: str) -> Iterator[tuple[str, ...]]:
    """Without any requirement, with each alone, and with all."""
    requirements = definitions()[type_id].requirements
    yield ()
    yield from ((each,) for each in requirements)
    yield requirements


@pytest.mark.parametrize("type_id", ISSUED)
def test_the_fields_that_are_named_as_available_are_those_of_the_issued_bytes(type_id: str) -> None:
    held = [
        (named(piece, Standing.AVAILABLE), set(in_bytes(piece)))
        for requirements in requests_of(type_id)
        for piece in pieces(type_id, requirements)
    ]
    assert held
    for told, written in held:
        assert told == written


def test_the_same_holds_in_the_data_models_of_others() -> None:
    for type_id in ("bopaelsattest-aktuel", "bopaelsattest-samlet"):
        for form in (1, 2, 3):
            for piece in pieces(type_id, (), form):
                assert named(piece, Standing.AVAILABLE) == set(in_bytes(piece))


def minimised(fields: tuple[Field, ...], above: str = "") -> Iterator[tuple[str, Field]]:
    """Those that some requirements alone release, with their paths; what is inside of one is withheld with it."""
    for field in fields:
        if field.only_for:
            yield above + field.element, field
        else:
            yield from minimised(field.field, f"{above}{field.element}/")


@pytest.mark.parametrize("type_id", MINIMISED)
def test_a_field_that_no_requirement_releases_is_withheld_and_one_more_requirement_releases_it(type_id: str) -> None:
    fields = dict(minimised(definitions()[type_id].field))
    assert fields
    bare = pieces(type_id, ())
    for path, field in fields.items():
        for piece in bare:
            assert FieldTold(path, Standing.WITHHELD, Why.REQUIREMENT) in piece.fields
        for piece in pieces(type_id, (field.only_for[0],)):
            assert path not in named(piece, Standing.WITHHELD)


@pytest.mark.parametrize("type_id", ISSUED)
def test_all_that_the_person_is_told_to_be_withheld_is_named_and_can_be_explained(type_id: str) -> None:
    known = known_fields(definitions()[type_id].url)
    assert known
    for piece in pieces(type_id, ()):
        kept = [field for field in piece.fields if field.standing is Standing.WITHHELD]
        assert len(kept) == len(piece.withheld)
        reasons = {text.value for each in piece.withheld for text in each.reason}
        for field in kept:
            explained = known.named(field.name)
            assert explained
            assert {text.value for text in explained.because} <= reasons
            assert explained.because


@pytest.mark.parametrize("type_id", ISSUED)
def test_nothing_that_stands_in_a_field_stands_in_its_name(type_id: str) -> None:
    told = TypeAdapter(tuple[FieldTold, ...])
    for piece in pieces(type_id, definitions()[type_id].requirements):
        written = told.dump_json(piece.fields).decode()
        assert '"Person' in written or '"Virksomhed' in written
        known = known_fields(definitions()[type_id].url)
        assert known
        names = {field.name for field in known.own}
        assert {field.name for field in piece.fields} <= names
        values = {each for values in in_bytes(piece).values() for each in values if len(each) > 3}
        telling = {each for each in values if all(each not in name for name in names)}
        assert len(telling) > 3
        assert not {each for each in telling if each in written}


def test_a_letter_alone_has_the_fields_of_the_document_it_is_made_of() -> None:
    asked = order("bopaelsattest-aktuel", SOLVEJ, ())
    letter, document = (
        source("0751").issue(replace(asked, wanted=wanted)) for wanted in (PDF_DISTRIBUTION, asked.wanted)
    )
    assert isinstance(letter, tuple)
    assert isinstance(document, tuple)
    assert letter[0].fields == document[0].fields


def test_of_a_pdf_that_a_caseworker_attaches_no_fields_are_named() -> None:
    asked = replace(order("civilstandsattest", SOLVEJ, ()), approval=Approval(b"%PDF-attached"))
    beside, instead = (source("0751").issue(replace(asked, wanted=each)) for each in (asked.wanted, PDF_DISTRIBUTION))
    assert isinstance(beside, tuple)
    assert isinstance(instead, tuple)
    assert beside[0].fields
    assert instead[0].fields == ()


def test_what_is_withheld_does_not_depend_on_what_the_register_holds_of_a_person() -> None:
    """Somebody married and somebody unmarried look alike where the spouse is not asked for."""
    told = [
        sorted(named(piece, Standing.WITHHELD))
        for kommunekode, keys in HOLDERS.items()
        for issued in [source(kommunekode).issue(order("civilstandsattest", keys[0], ()))]
        if isinstance(issued, tuple)
        for piece in issued
    ]
    assert len(told) > 2
    assert all(each == told[0] for each in told)


def test_the_fields_of_the_certificate_written_apart_are_those_of_its_table() -> None:
    table = (Path(oots.denmark.__file__).parent / "data" / "bopaelsattest-mapping.toml").read_text(encoding="utf-8")
    rows = {row["element"] for row in tomllib.loads(table)["released"] if "@" not in row["element"]}
    known = known_fields(definitions()["bopaelsattest-historik"].url)
    assert known
    names = {field.name for field in known.own if field.labels}
    leaves = {each for each in names if not any(other.startswith(f"{each}/") for other in names)}
    former = {each.replace("Historik/TidligereBopael", "Bopael") for each in leaves if each.startswith("Historik")}
    assert {each for each in leaves if not each.startswith("Historik")} == rows
    assert former == {each for each in rows if each.startswith("Bopael")}
