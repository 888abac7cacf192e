"""The data behind the documents: schemas, mapping, definitions, registers and fees, faults named where they stand."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
import xmlschema

from oots.denmark.document_model import (
    DATA,
    Field,
    Vocabulary,
    definitions,
    load_definitions,
    projections,
    read,
    vocabulary,
    walked,
)
from oots.denmark.document_schema import schemas
from oots.denmark.fees import fee_of, load_fees
from oots.denmark.live_file import LiveFile
from oots.denmark.mapping import mapping, overview
from oots.denmark.municipality import municipalities
from oots.denmark.records import KINDS, STANDARD_FOLDER, Foedsel, Indkomst, Record, load_records
from oots.denmark.register import CprRegister
from oots.model.errors import ConfigurationError
from oots.model.issuing import FeePolicy
from oots.wire.schema import XSD_DIR

PROPOSED: Final = Path(__file__).parents[4] / "shared" / "domain" / "data" / "evidence_types_proposed.csv"


# Schemas and mapping


def test_the_schema_files_are_those_that_the_data_describe() -> None:
    """`oots documents schemas xsd/dk` writes them anew."""
    held = {file.name: file.read_bytes() for file in (XSD_DIR / "dk").glob("*")}
    assert held == schemas()


@pytest.mark.parametrize("name", sorted(schemas()))
def test_another_library_reads_each_schema_too(name: str) -> None:
    if name != "common.xsd":
        assert xmlschema.XMLSchema10(str(XSD_DIR / "dk" / name), allow="local", defuse="always").elements


@pytest.mark.parametrize("type_id", definitions())
def test_the_mapping_names_every_element_with_a_term_of_its_register(type_id: str) -> None:
    printed = "\n".join(mapping(type_id))
    assert definitions()[type_id].titles.da in printed
    for field in walked(definitions()[type_id].field):
        if not vocabulary().members(field):
            assert f"{field.element} | {field.da} |" in printed
    assert f"| {type_id} |" in "\n".join(overview())
    assert ("never issued" in printed) == (type_id == "sygedagpenge-eessi")


def test_an_unknown_type_has_no_mapping() -> None:
    assert list(mapping("civilstandsattest"))
    with pytest.raises(ConfigurationError, match="no evidence type"):
        list(mapping("civilstand"))


def leaves(fields: tuple[Field, ...]) -> list[Field]:
    return [field for field in walked(fields) if not vocabulary().members(field)]


def test_every_fact_says_which_term_of_a_register_it_is() -> None:
    """Save what the case itself gives, or the law: thresholds, codes of countries."""
    without = {
        f"{definition.id}/{field.element}"
        for definition in definitions().values()
        for field in leaves(definition.field)
        if not field.terms
    }
    assert without == {
        "civilstandsattest/Oplysning",
        "fraflytningsbevis/Landekode",
        "husstandsindkomst/Graense",
    }


@pytest.mark.skipif(not PROPOSED.is_file(), reason="the list of proposed evidence types is not at hand")
def test_all_proposed_evidence_types_are_there() -> None:
    named = re.findall(r"^([a-z-]+),", PROPOSED.read_text(encoding="utf-8"), re.MULTILINE)[1:]
    assert len(named) == 21
    assert set(named) == set(definitions())
    assert [each for each in definitions() if definitions()[each].elsewhere] == ["sygedagpenge-eessi"]


# Definitions


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the definitions, free to be changed."""
    return Path(shutil.copytree(DATA / "documents", tmp_path / "documents"))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('type = "Antal"', 'type = "Number"', "AntalPersoner: type: there is no Number"),
        ("wave = 2", "wave = 4", "wave: Input should be less than or equal to 3"),
        ('system = "CPR', 'systems = "CPR', "system: Field required"),
        ('value = "antal", ', "", "field.2: Value error, AntalPersoner: a value is missing"),
        (', many = true, terms = ["CPR Foraeldre', ', terms = ["CPR Foraeldre', "what may be withheld is optional"),
        (
            ', because = { da = "Kravet spørger ikke efter egne børn.", '
            'en = "The requirement does not ask for own children." }',
            "",
            "only_for and because go together",
        ),
        ('"9987b435-cf58-481d-bb91-53b002fbf09f", #', "#", "released for requirements that the type does not name"),
        ('root = "Husstandsattest"\n', "", "root and fields go together"),
    ],
    ids=["type", "wave", "key", "value", "optional", "reason", "requirement", "root"],
)
def test_a_faulty_definition_is_named_by_file_and_place(folder: Path, old: str, new: str, fault: str) -> None:
    assert len(load_definitions(folder)) == len(definitions())
    change(folder / "husstandsattest.toml", old, new)
    with pytest.raises(ConfigurationError) as refused:
        load_definitions(folder)
    assert any(
        found.startswith(f"{folder}/husstandsattest.toml: ") and fault in found for found in refused.value.faults
    )


def test_faults_of_several_files_are_named_at_once(folder: Path) -> None:
    change(folder / "vielsesattest.toml", "wave = 2", "wave = 9")
    change(folder / "personattest.toml", "wave = 2", "wave = 9")
    with pytest.raises(ConfigurationError) as refused:
        load_definitions(folder)
    assert [fault.rpartition("/")[2].partition(":")[0] for fault in refused.value.faults] == [
        "personattest.toml",
        "vielsesattest.toml",
    ]


def test_a_projection_that_is_nowhere_is_refused(folder: Path) -> None:
    change(folder / "tilflytningsbevis.toml", "de4a-domicile-registration-1.7", "de4a-none")
    with pytest.raises(ConfigurationError, match="projections: there is no de4a-none"):
        load_definitions(folder)


def test_each_definition_has_a_classification_of_its_own() -> None:
    uuids = [each.classification for each in definitions().values()]
    assert len(set(uuids)) == len(uuids)
    assert len(projections()) == 3
    assert read(DATA / "vocabulary.toml", Vocabulary) == vocabulary()


# Registers


@pytest.fixture
def registers(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STANDARD_FOLDER, tmp_path / "registers"))


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("bbr.toml", '"100151203"', '"12"', "ejendom 1: bfe: String should match"),
        ("laan.toml", "restgaeld =", "rest =", "laan 1: restgaeld: Field required"),
        ("skoler.toml", '"0657"', '"0999"', "indskrivning 1: Value error, no Danish municipality has this kommunekode"),
        ("vielser.toml", "[[vielse]]", "[[wedding]]", "wedding: known are [[flytning]], "),
        ("vielser.toml", 'fornavne = "Bente", ', "", "vielse 1: parter.1: Value error, is either a person or"),
        ("attester.toml", "[[attest]]", "[[attest", "no readable TOML"),
    ],
    ids=["form", "key", "municipality", "kind", "party", "TOML"],
)
def test_a_faulty_register_is_named_by_file_place_and_field(
    registers: Path, file: str, old: str, new: str, fault: str
) -> None:
    assert load_records(registers).entries
    change(registers / file, old, new)
    with pytest.raises(ConfigurationError) as refused:
        load_records(registers)
    assert any(fault in found and found.startswith(f"{registers}/{file}: ") for found in refused.value.faults)


def test_an_edited_register_is_read_again_and_a_faulty_edit_changes_nothing(registers: Path) -> None:
    live = LiveFile(registers, load_records)
    anders = "b10877a9-cbf2-4734-9c10-35250b664028"
    assert live.content.about(Indkomst, anders)[0].beloeb == Decimal("702480.00")
    change(registers / "indkomster.toml", '"702480.00"', '"1702480.00"')
    assert live.content.about(Indkomst, anders)[0].beloeb == Decimal("1702480.00")
    change(registers / "indkomster.toml", '"1702480.00"', '"many thousands"')
    assert live.content.about(Indkomst, anders)[0].beloeb == Decimal("1702480.00")
    (fault,) = live.faults
    assert "indkomst 3: beloeb: " in fault


def test_a_fault_never_repeats_what_a_register_holds(registers: Path) -> None:
    change(registers / "indkomster.toml", '"412350.00"', '"412350.001"')
    with pytest.raises(ConfigurationError) as refused:
        load_records(registers)
    assert "412350" not in str(refused.value)


def test_all_registers_speak_of_persons_whom_cpr_knows() -> None:
    records = load_records(STANDARD_FOLDER)
    register = CprRegister.from_file(None)
    named = {key for entry in records.entries if isinstance(entry, Record) for key in entry.persons}
    assert named
    assert named <= {person.id for person in register.persons}
    assert {type(entry) for entry in records.entries} == set(KINDS.values())


def test_the_person_register_and_cpr_agree_on_where_somebody_was_born() -> None:
    register = CprRegister.from_file(None)
    births = [entry for entry in load_records(STANDARD_FOLDER).entries if isinstance(entry, Foedsel)]
    assert births
    assert [birth.foedested for birth in births] == [register.person(birth.person).foedested for birth in births]


def test_the_invented_businesses_have_numbers_that_nobody_can_have() -> None:
    weights = (2, 7, 6, 5, 4, 3, 2, 1)
    numbers = re.findall(r'"(\d{8})"', "".join(file.read_text(encoding="utf-8") for file in STANDARD_FOLDER.glob("*")))
    assert numbers
    assert [n for n in numbers if sum(w * int(d) for w, d in zip(weights, n, strict=True)) % 11 == 0] == []


# Fees


def test_a_fee_is_that_of_the_municipality_else_the_default_of_the_newest_year() -> None:
    found = {code: fee_of(code, "bopaelsattest-aktuel", 2026) for code in ("0751", "0461", "0101", "0851")}
    assert {code: (fee.amount_dkk, fee.policy) for code, fee in found.items() if fee} == {
        "0751": (Decimal("87.00"), FeePolicy.WAIVED),
        "0461": (Decimal("92.00"), FeePolicy.PAID_IN_PREVIEW),
        "0101": (Decimal("95.00"), FeePolicy.WAIVED),
        "0851": (Decimal("95.00"), FeePolicy.WAIVED),
    }
    refused = fee_of("0101", "bopaelsattest-historik", 2027)
    assert refused is not None
    assert (refused.policy, refused.year) == (FeePolicy.REFUSED, 2027)
    older = fee_of("0751", "bopaelsattest-aktuel", 2025)
    assert older is not None
    assert older.amount_dkk == Decimal("90.00")


def test_what_is_free_has_no_fee() -> None:
    assert fee_of("0751", "tilflytningsbevis", 2026) is None
    assert fee_of("0751", "bopaelsattest-aktuel", 2024) is None


def test_every_type_with_a_fee_has_one_everywhere() -> None:
    charged = [each.id for each in definitions().values() if each.fee and each.id not in FREE]
    assert charged
    for type_id in charged:
        assert all(fee_of(code, type_id, 2026) for code in municipalities()), type_id


FREE: Final = ("proevelsesattest", "byggetilladelse")
"""They may cost something; the municipalities here take nothing for them."""


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"0461"', '"0999"', "no Danish municipality has this code"),
        ('policy = "refused"', 'policy = "free"', "municipality.2.policy: Input should be"),
        ('"proevelsesattest"', '"tilflytningsbevis"', "no evidence type with a fee: tilflytningsbevis"),
        ('amount = "87.00"', "amount = -1", "municipality.0.amount"),
    ],
)
def test_a_faulty_rate_is_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    file = Path(shutil.copy(DATA / "fees.toml", tmp_path / "fees.toml"))
    assert load_fees(file).default
    change(file, old, new)
    with pytest.raises(ConfigurationError) as refused:
        load_fees(file)
    assert fault in str(refused.value)
