"""The portal's cases: files that are checked as a whole, and what they promise of the thirteen journeys."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from oots.common_services.entries import STANDARD_ENTRIES, load_entries
from oots.model.errors import ConfigurationError
from oots.requester.cases import CASES, FOLDER, LIFE_EVENTS, Case, Scope, case_of, cases_of, load_cases

ENTRIES = load_entries(STANDARD_ENTRIES)
JOURNEYS = {
    "laan-til-beboerindskud",
    "bestil-bopaelsattest",
    "navne-og-adressebeskyttelse",
    "flytning",
    "vielse",
    "sygedagpenge",
    "skoleindskrivning",
    "sfo",
    "dagtilbud",
    "oekonomisk-friplads",
    "affald",
    "byggeaffald",
    "byggetilladelse",
}
THERE = {"LT": {"DK"}, "DK": {"LT", "DE"}}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A copy of the case files, free to be changed."""
    return Path(shutil.copytree(FOLDER, tmp_path / "data"))


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_first_cases_keep_their_keys_and_their_evidence() -> None:
    assert CASES[0].key == "change-of-address"
    for key, procedure, requirement in (
        ("change-of-address", "V1", "ed63cd8b-b2ad-4508-bfbb-5c3353791b27"),
        ("pension", "W1", "528adc38-092d-40ce-a3af-d838ec06a349"),
        ("test", "00", "00000000-0000-0000-0000-000000000000"),
    ):
        case = case_of(key)
        assert (case.procedure, case.requirement.rpartition("/")[2], case.exchanges) == (procedure, requirement, 1)


def test_each_of_the_thirteen_journeys_has_a_case_of_the_foreign_portal() -> None:
    shown = {case.journey for case in cases_of("LT") if case.journey}
    assert (len(JOURNEYS), shown) == (13, JOURNEYS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_the_directories_know_what_proves_each_piece_of_a_case(case: Case) -> None:
    for piece in case.pieces:
        (held,) = (each for each in ENTRIES.evidence_types if each.requirement.identifier == piece.requirement)
        assert (case.procedure, case.portal) in {(each.procedure, each.country) for each in held.frameworks}
        there = (listed for listed in held.lists if listed.country in THERE[case.portal])
        named = {evidence_type.classification for listed in there for evidence_type in listed.evidence_types}
        assert set(piece.evidence_types) <= named
        assert piece.invented == (piece.requirement in ENTRIES.invented)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_a_data_model_that_a_case_asks_for_is_offered(case: Case) -> None:
    for piece in case.pieces:
        for service in ENTRIES.data_services:
            if piece.conforms_to and service.evidence_type.classification in piece.evidence_types:
                assert piece.conforms_to in {offered.conforms_to for offered in service.distributions}


def test_sickness_benefit_belongs_to_another_system_of_the_union() -> None:
    (case,) = (case for case in CASES if case.journey == "sygedagpenge")
    assert (case.scope, case.invented) == (Scope.OTHER_MECHANISM, True)


def test_every_life_event_has_a_case() -> None:
    assert {event.key for event in LIFE_EVENTS} == {case.life_event for case in CASES}


def test_a_marriage_is_about_two_persons_who_bring_everything() -> None:
    marriage = case_of("marriage")
    assert (marriage.portal, marriage.persons, marriage.exchanges) == ("DK", 2, 4)
    assert marriage.piece("civil-status").at_most_months == 4


def test_an_unknown_case_and_an_unknown_piece_are_nothing() -> None:
    assert case_of("pension").piece("addresses")
    with pytest.raises(LookupError):
        case_of("none")
    with pytest.raises(LookupError):
        case_of("pension").piece("none")


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("lithuanian_portal.toml", 'key = "pension"', 'key = "Pension"', "case 25: key: String should match"),
        ("lithuanian_portal.toml", 'key = "pension"', 'key = "test"', "case 30: key: test stands twice"),
        ("lithuanian_portal.toml", 'scope = "declared"', 'scope = "covered"', "case 11: scope: Input should be"),
        (
            "lithuanian_portal.toml",
            'life_event = "retiring"',
            'life_event = "dying"',
            "case 25: life_event: there is no",
        ),
        ("lithuanian_portal.toml", 'procedure = "W1"', 'procedure = "pension"', "case 25: procedure: String should"),
        ("lithuanian_portal.toml", "ec.europa.eu/requirements", "ec.europa.eu/krav", "case 1: piece.1.requirement"),
        ("lithuanian_portal.toml", "portal =", "gate =", "case 1: portal: Field required"),
        ("lithuanian_portal.toml", '"other-mechanism"', '"declared"', "case 24: Value error, elsewhere belongs"),
        ("municipal_portal.toml", "persons = 2", "persons = 3", "case 1: persons: Input should be 1 or 2"),
        ("municipal_portal.toml", "at_most_months = 4", "at_most_months = 0", "case 1: piece.1.at_most_months"),
        ("municipal_portal.toml", 'key = "birth"', 'key = "civil-status"', "case 1: Value error, two pieces have"),
        ("municipal_portal.toml", 'titles = { DA = "Fødselsattest", EN = "Birth certificate" }\n', "", "case 1: Value"),
        ("life_events.toml", "[[life_event]]", "[[event]]", "holds [[life_event]] and [[case]] tables"),
        ("life_events.toml", "DA =", "da =", "life_event 1: titles.da"),
    ],
)
def test_one_faulty_line_is_named_with_its_file_and_place(
    files: Path, file: str, old: str, new: str, fault: str
) -> None:
    assert load_cases(files) == (LIFE_EVENTS, CASES)
    change(files, file, old, new)
    with pytest.raises(ConfigurationError) as refused:
        load_cases(files)
    assert refused.value.faults[0].startswith(f"{file}: {fault}")


def test_every_fault_is_named_at_once(files: Path) -> None:
    change(files, "lithuanian_portal.toml", 'procedure = "W1"', 'procedure = "pension"')
    change(files, "municipal_portal.toml", "persons = 2", "persons = 3")
    with pytest.raises(ConfigurationError) as refused:
        load_cases(files)
    assert len(refused.value.faults) == 2


def test_a_file_that_is_no_toml_is_named(files: Path) -> None:
    (files / "life_events.toml").write_text("[[", "utf-8")
    with pytest.raises(ConfigurationError, match=r"life_events\.toml: "):
        load_cases(files)
