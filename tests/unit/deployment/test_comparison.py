"""What topologies cost and risk, counted for all municipalities and for a small town."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.deployment.comparison import compare, count
from oots.deployment.topology import load_topology, topology_names
from oots.model.errors import ConfigurationError

TWO = ("0751", "0101")
COMPARED = {each.name: each for each in compare(TWO)}


def test_all_topologies_of_the_package_are_compared_for_the_country_and_for_the_town() -> None:
    assert tuple(COMPARED) == topology_names()
    for each in COMPARED.values():
        assert (each.country.municipalities, each.running.municipalities) == (98, 2)
        assert each.country.seals == 98
        assert each.country.certificates == (
            each.country.seals + each.country.message_certificates + each.country.tls_certificates
        )


@pytest.mark.parametrize(
    ("name", "certificates", "endpoints", "abroad", "hops"),
    [
        ("shared", 1, 1, 1, 1),
        ("per-municipality", 98, 98, 98, 1),
        ("national-intermediary", 99, 99, 1, 2),
        ("fki-intermediary", 2, 2, 1, 2),
    ],
)
def test_the_country_has_as_many_access_points_as_its_topology_says(
    name: str, certificates: int, endpoints: int, abroad: int, hops: int
) -> None:
    counted = COMPARED[name].country
    assert (counted.message_certificates, counted.endpoints) == (certificates, endpoints)
    assert (counted.endpoints_abroad_knows, counted.hops, counted.messages) == (abroad, hops, 4 * hops)


def test_each_municipality_stands_once_in_the_directory_for_each_of_its_evidence_types() -> None:
    for each in COMPARED.values():
        assert each.running.directory_entries % 2 == 0
        assert each.country.directory_entries == 49 * each.running.directory_entries


def test_where_one_part_is_down_the_municipalities_behind_it_are_silent() -> None:
    national = COMPARED["national-intermediary"].country.outages
    assert [(each.number, each.municipalities) for each in national[:2]] == [(1, 98), (98, 1)]
    assert national[1].fails.da == "alt fra 1 kommune"
    vendors = COMPARED["per-vendor"].country.outages[0]
    assert vendors.only_some_types
    assert vendors.fails.en == "some documents from 98 municipalities"
    assert not COMPARED["shared"].country.outages[0].only_some_types


def test_logs_lie_where_access_points_are() -> None:
    national = COMPARED["national-intermediary"].country.journals
    assert [(each.place.en, each.number) for each in national] == [
        ("With the national intermediary", 1),
        ("With each municipality", 98),
    ]


def test_a_topology_is_counted_for_municipalities_that_it_serves(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    shared = Path("oots/deployment/topologies/shared.toml").read_text(encoding="utf-8")
    file.write_text(shared + 'municipalities = ["0101"]\n', encoding="utf-8")
    assert count(load_topology(file), TWO).municipalities == 1
    with pytest.raises(ConfigurationError, match="serves none"):
        count(load_topology(file), ("0751",))
