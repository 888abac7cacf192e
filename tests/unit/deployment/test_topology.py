"""Topologies as files: those of the package can be read, and what is wrong with one is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.deployment.topology import EVIDENCE_TYPES, FOLDER, load_topology, topology_names
from oots.model.errors import ConfigurationError

SHARED = (FOLDER / "shared.toml").read_text(encoding="utf-8")


def written(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", topology_names())
def test_every_topology_of_the_package_can_be_read_and_says_whose_each_access_point_is(name: str) -> None:
    topology = load_topology(name)
    assert topology.name == name
    everybody = [*topology.access_points, *([topology.intermediary] if topology.intermediary else [])]
    for point in everybody:
        assert point.operator.da != point.operator.en
        assert point.contract_holder.da
        assert point.log.en


def test_a_topology_of_ones_own_is_named_by_its_file(tmp_path: Path) -> None:
    topology = load_topology(written(tmp_path, SHARED))
    assert (topology.name, topology.access_points) == ("mine", load_topology("shared").access_points)


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('party_id = "AP_DK_01"', 'party_id = "01"', r"mine.toml: access_point.1.party_id: .*pattern"),
        ('party_id = "AP_DK_01"', 'party_id = "AP_DK_{kommunekode}"', r"access_point.1: .*each_municipality"),
        ('party_id = "AP_DK_01"', 'party = "AP_DK_01"', r"access_point.1.party: .*not permitted"),
        ("[[access_point]]", 'colour = "red"\n\n[[access_point]]', r"mine.toml: summary.colour: .*not permitted"),
        (
            'party_id = "AP_DK_01"',
            'party_id = "AP_DK_01"\nmunicipalities = ["0999"]',
            r"access_point.1.municipalities: .*0999",
        ),
        (
            'party_id = "AP_DK_01"',
            'party_id = "AP_DK_01"\nevidence_types = ["attest"]',
            r"access_point.1.evidence_types: .* attest",
        ),
        ("[[access_point]]", "[access_point]", r"mine.toml: access_point: "),
        ("title = { da = ", "title = { ", r"mine.toml: .*line 3"),
    ],
)
def test_what_is_wrong_with_a_topology_is_told_with_its_place(
    tmp_path: Path, was: str, becomes: str, told: str
) -> None:
    assert was in SHARED
    assert load_topology(written(tmp_path, SHARED))
    with pytest.raises(ConfigurationError, match=told):
        load_topology(written(tmp_path, SHARED.replace(was, becomes)))


def test_every_evidence_type_has_one_vendor_that_knows_it() -> None:
    known = [each for point in load_topology("per-vendor").access_points for each in point.evidence_types]
    assert sorted(known) == sorted(EVIDENCE_TYPES)


def test_two_access_points_do_not_share_a_party_id(tmp_path: Path) -> None:
    table = SHARED[SHARED.index("[[access_point]]") :]
    assert load_topology(written(tmp_path, SHARED + table.replace("AP_DK_01", "AP_DK_03")))
    with pytest.raises(ConfigurationError, match=r"access_point.2.party_id: AP_DK_01 stands twice"):
        load_topology(written(tmp_path, SHARED + table))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as faults:
        load_topology(written(tmp_path, SHARED.replace("operator", "operators").replace("log =", "logs =")))
    assert len(faults.value.faults) >= 4


@pytest.mark.parametrize("name", ["nowhere", "../shared"])
def test_an_unknown_topology_is_refused_with_those_that_are_known(name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"known are .*shared"):
        load_topology(name)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_topology(tmp_path / "none.toml")
