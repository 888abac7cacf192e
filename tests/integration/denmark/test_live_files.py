"""Files behind registers that are edited while a service runs, and the file of those who act for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.denmark.live_file import LiveFile
from oots.denmark.records import load_records
from oots.denmark.register import STANDARD_FILE, CprRegister
from oots.denmark.representation import Representation
from oots.model.errors import ConfigurationError
from tests.support.denmark import registers

MANDATE = """
[[fuldmagt]]
fuldmagtsgiver = "2e01ea31-e519-4791-aae4-88cc29e105a1"
fuldmaegtig = "db583008-04d5-494d-8d3d-7017a796cd36"
gyldig_fra = 2026-01-01
gyldig_til = 2036-01-01

[[virksomhed]]
cvr = "99999911"
navn = "Prøvesens"
tegningsberettigede = [
  { person = "8156e86e-36e0-4e58-bec2-35b611c0c137", rolle = "EJER", virkning_fra = 2019-01-01 },
]
"""

LOAN = """
[[laan]]
kommunekode = "0751"
laantagere = ["f3c95789-ace1-4954-8c5d-6baed2eac902"]
hovedstol = "32400.00"
restgaeld = "18750.25"
opgjort = 2026-06-30
"""


def edit(file: Path, content: str) -> None:
    """As editors do it: a new file in the place of the old one."""
    new = file.with_suffix(".new")
    new.write_text(content, encoding="utf-8")
    new.replace(file)


def test_an_edit_counts_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "persons.toml"
    whole = STANDARD_FILE.read_text(encoding="utf-8")
    edit(file, whole)
    live = registers(file)
    before = live.cpr().persons
    edit(file, whole.replace('vejnavn = "Ærøgade"', 'vejnavn = "Nygade"'))
    assert live.cpr().persons[0].adresser[0].vejnavn == "Nygade"
    assert before[0].adresser[0].vejnavn == "Ærøgade"


def test_an_edit_in_place_counts_as_well(tmp_path: Path) -> None:
    file = tmp_path / "representation.toml"
    file.write_text(MANDATE, encoding="utf-8")
    live = LiveFile(file, Representation.from_file)
    assert len(live.content.fuldmagt) == 1
    file.write_text(MANDATE + MANDATE[: MANDATE.index("[[virksomhed]]")], encoding="utf-8")
    assert len(live.content.fuldmagt) == 2


def test_an_edit_of_one_file_of_a_folder_counts(tmp_path: Path) -> None:
    """The time of a folder does not change when a file in it is written in place."""
    files = [tmp_path / f"{name}.toml" for name in ("loans", "more")]
    for file in files:
        file.write_text(LOAN, encoding="utf-8")
    live = LiveFile(tmp_path, load_records)
    assert len(live.content.entries) == 2
    files[0].write_text(LOAN + LOAN, encoding="utf-8")
    assert len(live.content.entries) == 3
    files[1].write_text("[[laan]]", encoding="utf-8")
    assert len(live.content.entries) == 3
    assert any("more.toml" in fault for fault in live.faults)


@pytest.mark.parametrize("edited", ["[[fuldmagt", "[[fuldmagt]]\nfuldmaegtig = 3\n", None], ids=["half", "bad", "gone"])
def test_a_faulty_edit_keeps_the_last_good_one_and_says_so(tmp_path: Path, edited: str | None) -> None:
    file = tmp_path / "representation.toml"
    edit(file, MANDATE)
    live = LiveFile(file, Representation.from_file)
    assert live.faults == ()
    if edited is None:
        file.unlink()
    else:
        edit(file, edited)
    assert len(live.content.fuldmagt) == 1
    assert live.faults
    assert all(str(file) in fault for fault in live.faults)
    edit(file, MANDATE)
    assert live.faults == ()


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    file = tmp_path / "persons.toml"
    edit(file, STANDARD_FILE.read_text(encoding="utf-8"))
    read: list[Path] = []

    def reading(path: Path) -> CprRegister:
        read.append(path)
        return CprRegister.from_file(path)

    live = LiveFile(file, reading)
    assert live.content is live.content
    assert len(read) == 1


def test_a_faulty_file_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no readable TOML"):
        registers(tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("good", "bad", "place"),
    [
        ('fuldmaegtig = "db58', 'fuldmaegtig = "DB58', "fuldmagt.0.fuldmaegtig"),
        ("gyldig_til = 2036-01-01", "gyldig_til = 2020-01-01", "fuldmagt.0"),
        ("gyldig_fra = 2026-01-01\n", "", "fuldmagt.0.gyldig_fra"),
        ('cvr = "99999911"', 'cvr = "9999991"', "virksomhed.0.cvr"),
        ('rolle = "EJER"', 'rolle = "ANSAT"', "virksomhed.0.tegningsberettigede.0.rolle"),
        ("[[virksomhed]]", "[[selskab]]", "selskab"),
    ],
)
def test_a_fault_is_named_by_place_and_without_the_person(tmp_path: Path, good: str, bad: str, place: str) -> None:
    file = tmp_path / "representation.toml"
    edit(file, MANDATE)
    assert Representation.from_file(file).virksomhed
    edit(file, MANDATE.replace(good, bad, 1))
    with pytest.raises(ConfigurationError) as refused:
        Representation.from_file(file)
    assert any(fault.startswith(f"{file}: {place}: ") for fault in refused.value.faults)
    assert "db583008" not in " ".join(refused.value.faults).lower()


def test_whoever_the_packaged_file_speaks_of_is_in_the_register() -> None:
    live = registers()
    known = {person.id for person in live.cpr().persons}
    held = live.representation_file.content
    named = {key for each in held.fuldmagt for key in (each.fuldmagtsgiver, each.fuldmaegtig)}
    named |= {each.person for company in held.virksomhed for each in company.tegningsberettigede}
    assert named
    assert named <= known


def test_no_cvr_number_can_belong_to_anybody() -> None:
    for company in registers().representation_file.content.virksomhed:
        assert (
            sum(weight * int(digit) for weight, digit in zip((2, 7, 6, 5, 4, 3, 2, 1), company.cvr, strict=True)) % 11
        )
