"""Entry files: the standard data set, and every fault of a broken one named at once."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from oots.common_services.entries import STANDARD_ENTRIES, load_entries
from oots.common_services.queries import find_data_services, find_evidence_types, find_requirements
from oots.model.errors import ConfigurationError

ROOT = Path(__file__).parents[3]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
STANDARD = load_entries(STANDARD_ENTRIES)
ANSWERED_BY = {"LT": ("DK", "AP_DK_01", "55133018"), "DK": ("LT", "AP_LT_02", "999000002")}
"""By the country of a portal: where it asks, and who answers through which access point."""
OF_THE_CATALOGUE = {
    "ed63cd8b-b2ad-4508-bfbb-5c3353791b27",
    "528adc38-092d-40ce-a3af-d838ec06a349",
    "00000000-0000-0000-0000-000000000000",
    "70061de0-cb4e-47d7-8593-28452d03b62e",
    "58c05926-aca9-47b8-a7b6-bf83b104887a",
    "07e4c85c-22b2-494f-b232-7405157c84e0",
    "9987b435-cf58-481d-bb91-53b002fbf09f",
    "df81cba1-1936-46fe-ad4b-53254b79bf55",
    "a45ef107-cb72-4cbc-87b5-921cfd12e177",
    "8fc2d46a-3443-4a7c-adef-550ce659a5cc",
}
"""Requirements of the Union that are held here."""


@pytest.fixture
def entry_files(tmp_path: Path) -> Path:
    """A copy of the standard entry files, free to be changed."""
    return Path(shutil.copytree(STANDARD_ENTRIES, tmp_path / "entries"))


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def frameworks() -> set[tuple[str, str]]:
    """Procedure and country of each; the Danish test procedure asks nobody."""
    listed = (framework for held in STANDARD.requirements for framework in held.frameworks)
    return {(framework.procedure, framework.country) for framework in listed if framework.country in ANSWERED_BY} - {
        ("00", "DK")
    }


@pytest.mark.parametrize(("procedure", "country"), sorted(frameworks()))
def test_every_requirement_of_a_portal_leads_to_a_data_service_of_the_other_country(
    procedure: str, country: str
) -> None:
    there, party, publisher = ANSWERED_BY[country]
    for requirement in find_requirements(STANDARD, [("procedure-id", procedure), ("country-code", country)]):
        parameters = [("requirement-id", requirement.requirement.identifier), ("country-code", there)]
        for offered in find_evidence_types(STANDARD, parameters).lists:
            (evidence_type,) = offered.evidence_types
            asked = [("evidence-type-classification", evidence_type.classification), ("country-code", there)]
            (data_service,) = find_data_services(STANDARD, [*asked, ("specification", "oots-edm:v2.0")])
            (access_service,) = data_service.access_services
            assert data_service.evidence_type == evidence_type
            assert {distribution.format for distribution in data_service.distributions} == {
                "application/xml",
                "application/pdf",
            }
            assert access_service.identifier.value == party
            assert access_service.publisher.identifier.value == publisher


def test_requirements_that_the_union_lacks_are_marked() -> None:
    held = {each.requirement.identifier.rpartition("/")[2] for each in STANDARD.requirements}
    invented = {identifier.rpartition("/")[2] for identifier in STANDARD.invented}
    assert held - invented == OF_THE_CATALOGUE
    assert invented


def test_another_municipality_is_another_entry_file(entry_files: Path) -> None:
    change(entry_files, "data_services.toml", "55133018", "35209115")
    change(entry_files, "data_services.toml", "DK042", "DK031")
    publisher = load_entries(entry_files).data_services[0].access_services[0].publisher
    assert (publisher.identifier.value, publisher.jurisdiction_nuts) == ("35209115", "DK031")


def test_every_fault_of_the_entry_files_is_named_at_once(entry_files: Path) -> None:
    assert load_entries(entry_files)
    change(entry_files, "requirements.toml", 'country = "LT"', 'country = "GR"')
    change(entry_files, "requirements.toml", 'procedure = "S1"', 'procedure = "Q1"')
    change(entry_files, "evidence_types.toml", "titles =", "title =")
    change(entry_files, "data_services.toml", '"Substantial"', '"Sufficient"')
    change(entry_files, "data_services.toml", 'access_services = ["aarhus"]', 'access_services = ["odense"]')
    change(
        entry_files,
        "data_services.toml",
        "4f0c9b1e-8d52-4e0b-a7b6-52c1d94e7a12",
        "4f0c9b1e-8d52-4e0b-a7b6-52c1d94e7a11",
    )
    with pytest.raises(ConfigurationError) as refused:
        load_entries(entry_files)
    expected = [
        "requirements.toml: requirement 1: framework.0.country",
        "requirements.toml: requirement 1: framework.1.procedure",
        "evidence_types.toml: evidence_type 1: titles: Field required",
        "evidence_types.toml: evidence_type 1: title: Extra inputs are not permitted",
        "data_services.toml: data_service 1: level_of_assurance",
        "data_services.toml: data_service 1: access_services: there is no access_service odense",
        "data_services.toml: data_service 3: identifier: 4f0c9b1e-8d52-4e0b-a7b6-52c1d94e7a11 stands twice",
    ]
    assert [one for one in expected if not any(fault.startswith(one) for fault in refused.value.faults)] == []
    assert len(refused.value.faults) == len(expected)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("requirements.toml", "sr.oots.tech", "sr.acc.oots.tech", "requirements.toml: requirement 1: identifier"),
        ("requirements.toml", "[[requirement]]", "[requirement]", "requirements.toml: "),
        ("evidence_types.toml", "[[evidence_type]]", "[[evidence_kind]]", "evidence_types.toml: evidence_kind is no"),
        ("evidence_types.toml", "DA = ", "da = ", "evidence_types.toml: evidence_type 1: titles"),
        ("data_services.toml", "EAS:0184", "CVR", "data_services.toml: access_service 1: publisher.party.scheme"),
        ("data_services.toml", "datamodels/", "models/", "data_services.toml: data_service 1: distribution.0.conforms"),
        ("data_services.toml", "oots-edm:v2.0", "2.0", "data_services.toml: access_service 1: conforms_to.0"),
    ],
)
def test_one_faulty_line_is_named(entry_files: Path, file: str, old: str, new: str, fault: str) -> None:
    assert load_entries(entry_files)
    change(entry_files, file, old, new)
    with pytest.raises(ConfigurationError) as refused:
        load_entries(entry_files)
    assert refused.value.faults[0].startswith(fault)


def test_a_file_that_is_no_toml_is_named_without_faults_that_follow_from_it(entry_files: Path) -> None:
    (entry_files / "evidence_types.toml").write_text("[[", encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_entries(entry_files)
    assert [fault.split(":")[0] for fault in refused.value.faults] == ["evidence_types.toml"]


def test_a_folder_without_entry_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no entry file"):
        load_entries(tmp_path)


def test_the_list_of_invented_identifiers_is_complete_and_names_no_other() -> None:
    listed = set(UUID.findall((ROOT / "docs" / "invented-identifiers.md").read_text(encoding="utf-8")))
    held = {
        found for file in STANDARD_ENTRIES.glob("*.toml") for found in UUID.findall(file.read_text(encoding="utf-8"))
    }
    assert listed == held - OF_THE_CATALOGUE
