"""The file of persons: read whole, or refused with every fault named."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.denmark.register import CprRegister
from oots.model.errors import ConfigurationError

PERSON = """
[[person]]
id = "6a0f3c1e-4b7d-4a55-9c02-1d8e7f605b43"
personnummer = "1206840438"
navn = { fornavne = "Solvej", efternavn = "Prøvesen", adresseringsnavn = "Solvej Prøvesen" }
foedselsdato = 1984-06-12
koen = "KVINDE"
personstatus = "BOPAEL_I_DANMARK"
civilstand = [{ status = "AKTUEL", virkning_fra = 1984-06-12, type = "UGIFT" }]
folkekirke = "AFVENTER"

[[person.adresser]]
status = "AKTUEL"
virkning_fra = 2019-08-15
kommunekode = "0751"
vejkode = "2315"
vejnavn = "Ærøgade"
"""
OTHER = PERSON.replace("6a0f3c1e", "6a0f3c1f").replace("120684", "130685").replace("1984-06-12", "1985-06-13")


def written(folder: Path, text: str) -> Path:
    file = folder / "persons.toml"
    file.write_text(text, encoding="utf-8")
    return file


def faults_of(file: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        CprRegister.from_file(file)
    return [fault.removeprefix(f"{file}: ") for fault in refused.value.faults]


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    register = CprRegister.from_file(written(tmp_path, PERSON + OTHER))
    assert [person.personnummer for person in register.persons] == ["1206840438", "1306850438"]


def test_without_a_file_the_packaged_persons_serve() -> None:
    assert len(CprRegister.from_file(None).persons) == 31


def test_every_fault_is_named_at_once_by_place_and_without_the_person(tmp_path: Path) -> None:
    broken = PERSON.replace('"0751"', '"0999"') + OTHER.replace('"130685', '"13068x').replace("KVINDE", "PIGE")
    faults = faults_of(written(tmp_path, broken))
    assert faults == [
        "person 1: adresser.0.kommunekode: no Danish municipality has this code",
        "person 2: personnummer: Value error, a personnummer has ten digits and nothing else",
        "person 2: koen: Input should be 'KVINDE' or 'MAND'",
    ]
    assert not [secret for secret in ("Solvej", "0438", "Ærøgade", "PIGE") if secret in " ".join(faults)]


@pytest.mark.parametrize("key", ["id", "personnummer"])
def test_two_records_with_one_key_are_refused(tmp_path: Path, key: str) -> None:
    twin = PERSON.replace("6a0f3c1e", "6a0f3c1f") if key == "personnummer" else OTHER.replace("6a0f3c1f", "6a0f3c1e")
    assert faults_of(written(tmp_path, PERSON + twin)) == [f"person 2: {key}: person 1 has the same"]


@pytest.mark.parametrize(
    ("field", "row"),
    [
        ("civilstand", '{ status = "AKTUEL", virkning_fra = 2015-02-20, type = "GIFT", aegtefaelle = "ID" }'),
        ("foraeldremyndighed", '{ status = "AKTUEL", virkning_fra = 2015-02-20, rolle = "MOR", indehaver = "ID" }'),
        ("delt_bopael", '{ status = "AKTUEL", virkning_fra = 2015-02-20, hos = "ID" }'),
        ("vaergemaal", '{ status = "AKTUEL", virkning_fra = 2015-02-20, type = "FULD", vaerge = "ID" }'),
    ],
)
def test_whoever_a_record_speaks_of_has_a_record(tmp_path: Path, field: str, row: str) -> None:
    civil = 'civilstand = [{ status = "AKTUEL", virkning_fra = 1984-06-12, type = "UGIFT" }]'
    place = civil if field == "civilstand" else 'folkekirke = "AFVENTER"'
    kept = "" if field == "civilstand" else place + "\n"
    known, unknown = "6a0f3c1f-4b7d-4a55-9c02-1d8e7f605b43", "6a0f3c1f-4b7d-4a55-9c02-1d8e7f605b44"
    good, bad = (PERSON.replace(place, f"{kept}{field} = [{row.replace('ID', other)}]") for other in (known, unknown))
    assert len(CprRegister.from_file(written(tmp_path, good + OTHER)).persons) == 2
    (fault,) = faults_of(written(tmp_path, bad + OTHER))
    assert fault.startswith(f"person 1: {field}.0.")
    assert fault.endswith("no person of the file has this id")


@pytest.mark.parametrize("text", ["", "person = []", "person = 3", "persons = []", "title = 'x'\n" + PERSON], ids=repr)
def test_a_file_with_anything_but_persons_is_refused(tmp_path: Path, text: str) -> None:
    assert CprRegister.from_file(written(tmp_path, PERSON)).persons
    assert faults_of(written(tmp_path, text)) == ["holds [[person]] tables, at least one, and nothing else"]


def test_a_person_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (fault,) = faults_of(written(tmp_path, "person = [3]"))
    assert fault.startswith("person 1: ")


@pytest.mark.parametrize("content", [b"[[person", b"\xff\xfe", None], ids=["no TOML", "no UTF-8", "missing"])
def test_an_unreadable_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "persons.toml"
    if content is not None:
        file.write_bytes(content)
    (fault,) = faults_of(file)
    assert fault.startswith("no readable TOML")
