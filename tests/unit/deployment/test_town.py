"""The town as it is derived from a topology: which services there are, and whom each of them knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oots.abroad.authorities import REGISTRIES
from oots.deployment.participants import keys_of, participants
from oots.deployment.services import Kind, kind_of, services_of
from oots.deployment.serving import KINDS
from oots.deployment.settings import (
    DirectoriesSettings,
    IntermediarySettings,
    ProviderSettings,
    RequesterSettings,
    read,
)
from oots.deployment.topology import load_topology, topology_names
from oots.deployment.town import SERVICES, Ports, Town
from oots.dossier.from_journal import dossier_key
from oots.model.errors import ConfigurationError
from oots.trust.certificates import Role

TWO = ("0751", "0101")


def founded(topology: str = "shared", **fields: Any) -> Town:
    town = Town(Path("state"), Ports({}), topology=load_topology(topology), **fields)
    return replace(town, ports=Ports.from_first(8400, [service.name for service in town.services]))


def partners(town: Town, service: str) -> dict[str, Any]:
    return dict(town.values(service)["partners"])  # type: ignore[call-overload]


def test_the_smallest_town_has_the_services_and_ports_of_always() -> None:
    town = founded()
    assert tuple(service.name for service in town.services) == SERVICES
    ports = {"requester": 8400, "provider": 8401, "directories": 8402, "eid": 8403, "authority": 8404}
    assert town.ports.by_service == ports
    assert list(town.origins) == [
        f"https://{host}.localhost"
        for host in (
            "portal.lt",
            "preview.aarhus",
            "directories",
            "eid",
            "authority",
        )
    ]
    assert partners(town, "requester") == {
        "AP_DK_01": {
            "party_id": "AP_DK_01",
            "endpoint": "http://127.0.0.1:8401/as4",
            "preview_hosts": ["preview.aarhus.localhost"],
        }
    }
    assert partners(town, "provider")["AP_LT_01"]["return_hosts"] == ["portal.lt.localhost"]


@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("topology", topology_names())
def test_the_settings_of_every_service_can_be_read(topology: str, both_ways: bool) -> None:
    town = founded(topology, municipalities=TWO, both_ways=both_ways)
    for service in town.services:
        assert kind_of(service.name) is service.kind
        read(KINDS[service.kind], town.values(service.name))
    ports = list(town.ports.by_service.values())
    assert len(set(ports)) == len(ports)
    hosts = [service.host for service in town.services]
    assert len(set(hosts)) == len(hosts)


def test_a_shared_access_point_serves_all_municipalities_in_the_name_of_one() -> None:
    town = founded(municipalities=TWO)
    settings = read(ProviderSettings, town.values("provider"))
    assert (settings.municipality, settings.municipalities) == ("0751", TWO)
    published = read(DirectoriesSettings, town.values("directories")).access_points
    assert [(point.party_id, point.municipalities) for point in published] == [("AP_DK_01", TWO)]
    assert {"seal-0751", "seal-0101"} <= set(keys_of(town.service("provider")))


def test_municipalities_with_access_points_of_their_own_keep_their_keys_to_themselves() -> None:
    town = founded("per-municipality", municipalities=TWO)
    assert set(partners(town, "requester")) == {"AP_DK_0751", "AP_DK_0101"}
    assert partners(town, "requester")["AP_DK_0101"]["preview_hosts"] == ["preview.koebenhavn.localhost"]
    own = {name: set(keys_of(town.service(name))) for name in ("provider-0751", "provider-0101")}
    assert own["provider-0751"] & own["provider-0101"] == {"tls"}
    assert "seal-0101" in own["provider-0101"]
    published = read(DirectoriesSettings, town.values("directories")).access_points
    assert [(point.party_id, point.municipalities) for point in published] == [
        ("AP_DK_0751", ("0751",)),
        ("AP_DK_0101", ("0101",)),
    ]


def test_a_town_that_asks_both_ways_joins_each_portal_to_the_other_country_alone() -> None:
    town = founded(both_ways=True)
    assert set(partners(town, "requester")) == {"AP_DK_01"}
    assert set(partners(town, "requester-dk")) == {"AP_LT_02"}
    assert partners(town, "provider-lt")["AP_DK_02"]["return_hosts"] == ["portal.dk.localhost"]
    danish = read(RequesterSettings, town.values("requester-dk"))
    assert (danish.country, danish.provider_country, danish.portal_origin) == (
        "DK",
        "LT,DE",
        "https://portal.dk.localhost",
    )
    assert read(ProviderSettings, town.values("provider-lt")).holdings == "abroad"


def test_a_danish_portal_behind_an_intermediary_knows_that_alone_and_is_led_abroad_by_it() -> None:
    town = founded("national-intermediary", municipalities=TWO, both_ways=True)
    danish = read(RequesterSettings, town.values("requester-dk"))
    assert (danish.gateway, set(danish.partners)) == ("AP_DK_NAT", {"AP_DK_NAT"})
    assert danish.partners["AP_DK_NAT"].preview_hosts == ("preview.lt.localhost",)
    between = read(IntermediarySettings, town.values("intermediary"))
    assert set(between.partners) == {"AP_LT_01", "AP_DK_0751", "AP_DK_0101", "AP_DK_02", "AP_LT_02"}
    registries = {registry.agent.identifier for registry in REGISTRIES.values()}
    assert [each.party_id for each in between.routes if each.route.authorities == registries] == ["AP_LT_02"]
    assert "AP_DK_NAT" in partners(town, "provider-lt")
    apart = founded("fki-intermediary", municipalities=TWO, both_ways=True)
    assert set(partners(apart, "requester-dk")) == {"AP_LT_02"}
    assert len(read(IntermediarySettings, apart.values("intermediary")).routes) == 1


def test_every_access_point_has_a_key_and_every_municipality_a_seal() -> None:
    keys = {each.name for each in participants(*TWO, topology=load_topology("per-municipality"), both_ways=True)}
    assert {"ap-lt-01", "ap-dk-0751", "ap-dk-0101", "ap-dk-02", "ap-lt-02", "seal-0751", "seal-0101"} <= keys


def test_every_service_with_an_access_point_and_the_inspector_sign_dossiers_with_a_key_of_their_own() -> None:
    topology = load_topology("national-intermediary")
    by_name = {each.name: each for each in participants(*TWO, topology=topology, both_ways=True)}
    services = services_of(topology, TWO[0], TWO, both_ways=True)
    points = [each for each in services if each.party_id]
    assert {"intermediary", "provider-lt", "requester", "requester-dk"} < {each.name for each in points}
    for service in points:
        key = by_name[dossier_key(str(service.party_id))]
        assert (key.party_id, key.role) == (service.party_id, Role.DOSSIER)
        assert [name for name in keys_of(service) if name.startswith("dossier-")] == [key.name]
    assert by_name["dossier-inspector"].party_id == "it-architecture-council"


def test_a_topology_that_serves_none_of_the_municipalities_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.toml"
    shared = Path("oots/deployment/topologies/shared.toml").read_text(encoding="utf-8")
    file.write_text(shared + 'municipalities = ["0101"]\n', encoding="utf-8")
    assert Town(Path("state"), Ports({}), municipality="0101", topology=load_topology(file)).services
    with pytest.raises(ConfigurationError, match="serves none of 0751"):
        assert Town(Path("state"), Ports({}), topology=load_topology(file)).services


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ("0751", ("0751",))),
        ({"municipality": "0101"}, ("0101", ("0101",))),
        ({"municipalities": "0101, 0751"}, ("0101", ("0101", "0751"))),
        ({"municipality": "0751", "municipalities": ["0101", "0751"]}, ("0751", ("0101", "0751"))),
    ],
)
def test_one_municipality_or_several_are_set(given: dict[str, Any], expected: tuple[str, tuple[str, ...]]) -> None:
    settings = read(DirectoriesSettings, {"port": 1, "keys": "keys", **given})
    assert (settings.municipality, settings.municipalities) == expected


def test_all_municipalities_are_one_word() -> None:
    assert len(read(DirectoriesSettings, {"port": 1, "keys": "keys", "municipalities": "all"}).municipalities) >= 98


@pytest.mark.parametrize(
    "given",
    [{"municipalities": "0751,0999"}, {"municipalities": ""}, {"municipality": "0101", "municipalities": "0751"}],
)
def test_a_municipality_that_is_none_or_not_served_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="OOTS_MUNICIPALIT"):
        read(DirectoriesSettings, {"port": 1, "keys": "keys", **given})


def test_the_kind_of_a_service_is_the_beginning_of_its_name() -> None:
    assert kind_of("provider-0751") is Kind.PROVIDER
    with pytest.raises(ValueError, match="provider_0751"):
        kind_of("provider_0751")
