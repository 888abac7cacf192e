"""The compose file against the code: services, commands, variables, ports, secrets and volumes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from cryptography.x509 import ReasonFlags
from sqlalchemy import make_url

from oots.cli.commands import app
from oots.denmark.municipality import load_municipality
from oots.deployment.keys import export_town_keys
from oots.deployment.services import DANISH_PORTAL, FOREIGN_PREVIEW_HOST, kind_of, preview_host
from oots.deployment.serving import KINDS
from oots.deployment.settings import (
    PREFIX,
    AuthoritySettings,
    DirectoriesSettings,
    EidSettings,
    ExchangeSettings,
    InspectorSettings,
    ProviderSettings,
    RequesterSettings,
    ServiceSettings,
    read,
)
from oots.deployment.town import AUTHORITY, CALLBACK, EID, PLACES, PORTAL, SERVICES, Ports, Town
from oots.model.clock import SystemClock
from oots.model.errors import ConfigurationError
from oots.trust.keys import load_key_pair
from oots.trust.register import revoke

ROOT = Path(__file__).parents[2]
PREVIEW = preview_host(load_municipality("0751"))
FILE = ROOT / "docker-compose.yml"
HAPROXY = ROOT / "oots" / "deployment" / "haproxy"
DOCUMENT: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = DOCUMENT["services"]
OTHER_WAY = ("requester-dk", "provider-lt")
"""The Danish portal that asks abroad, and whom it asks."""
RUNNING = (*SERVICES, *OTHER_WAY, "inspector")
KEY_HOLDERS = tuple(service for service in RUNNING if service != "authority")
REPLICAS = ("requester", "provider")
DATABASES = tuple(f"{service}-database" for service in REPLICAS)
OURS = (*RUNNING, "keys")
"""The containers of our own image."""
SUBSTITUTION = re.compile(r"\$\{(\w+):-([^}]*)\}")


def variables(service: str) -> dict[str, str]:
    """The environment of a container as compose makes it when nothing is set outside."""
    return {name: SUBSTITUTION.sub(r"\2", value) for name, value in CONTAINERS[service]["environment"].items()}


def settings(service: str, monkeypatch: pytest.MonkeyPatch, given: dict[str, str] | None = None) -> ServiceSettings:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in (given or variables(service)).items():
        monkeypatch.setenv(name, value)
    return read(KINDS[kind_of(service)])


def volume_at(container: str, mount: str) -> str:
    (volume,) = [entry.split(":")[0] for entry in CONTAINERS[container]["volumes"] if entry.split(":")[1] == mount]
    return str(volume)


def test_the_compose_file_follows_the_specification_of_compose(tmp_path: Path) -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    misspelt = tmp_path / "docker-compose.yml"
    misspelt.write_text(FILE.read_text(encoding="utf-8").replace("healthcheck:", "healthchek:"), encoding="utf-8")
    verdicts = [
        subprocess.run(
            [checker, "--builtin-schema", "vendor.compose-spec", file], capture_output=True, text=True, check=False
        )
        for file in (FILE, misspelt)
    ]
    assert verdicts[0].returncode == 0, verdicts[0].stdout
    assert verdicts[1].returncode == 1


def test_every_service_is_a_container_and_keys_are_handed_out_once() -> None:
    assert set(CONTAINERS) == {*OURS, *DATABASES, "haproxy"}
    assert {name for name, container in CONTAINERS.items() if "build" in container} == set(OURS)
    assert set(KINDS) == {*SERVICES, "intermediary", "workbench", "inspector"}


@pytest.mark.parametrize("container", OURS)
def test_the_command_of_a_container_is_one_of_ours(container: str) -> None:
    words = list(CONTAINERS[container]["command"])
    command = typer.main.get_command(app)
    context = command.make_context("oots", words, resilient_parsing=False)
    while hasattr(command, "resolve_command"):
        name, command, words = command.resolve_command(context, words)
        assert command is not None
        context = command.make_context(name, list(words), parent=context)
    if container != "keys":
        assert CONTAINERS[container]["command"] == ["serve", container]


@pytest.mark.parametrize("service", RUNNING)
def test_the_variables_of_a_container_are_the_settings_of_its_service(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = variables(service)
    known = {PREFIX + field.upper() for field in KINDS[kind_of(service)].model_fields}
    assert set(given) <= known
    assert settings(service, monkeypatch)
    required = [
        PREFIX + name.upper() for name, field in KINDS[kind_of(service)].model_fields.items() if field.is_required()
    ]
    for name in required:
        with pytest.raises(ConfigurationError, match=name):
            settings(service, monkeypatch, {key: value for key, value in given.items() if key != name})


@pytest.mark.parametrize("service", RUNNING)
def test_a_container_is_reached_from_this_machine_alone_and_tells_its_health(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = settings(service, monkeypatch).port
    door = "haproxy" if service in REPLICAS else service
    assert f"127.0.0.1:{port}:{port}" in CONTAINERS[door]["ports"]
    assert all(
        published.startswith("127.0.0.1:") for each in CONTAINERS.values() for published in each.get("ports", ())
    )
    assert "/readyz" in CONTAINERS[service]["healthcheck"]["test"][1]
    assert CONTAINERS[service]["depends_on"]["keys"] == {"condition": "service_completed_successfully"}


def test_the_health_check_is_a_program_that_runs() -> None:
    shell, line = CONTAINERS["eid"]["healthcheck"]["test"]
    assert shell == "CMD-SHELL"
    environment = {"PATH": str(Path(sys.executable).parent), "OOTS_PORT": "1"}
    refused = subprocess.run(["/bin/sh", "-c", line], env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "Connection refused" in refused.stderr


def test_the_services_find_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    requester = settings("requester", monkeypatch)
    provider = settings("provider", monkeypatch)
    directories = settings("directories", monkeypatch)
    eid = settings("eid", monkeypatch)
    authority = settings("authority", monkeypatch)
    assert isinstance(requester, RequesterSettings)
    assert isinstance(provider, ProviderSettings)
    assert isinstance(directories, DirectoriesSettings)
    assert requester.directories == f"http://directories:{directories.port}"
    assert requester.eid_internal == provider.eid_internal == f"http://eid:{eid.port}"
    assert requester.authority_internal == provider.authority_internal == f"http://authority:{authority.port}"
    assert requester.partners[provider.party_id].endpoint == f"http://haproxy:{provider.port}/as4"
    assert provider.partners[requester.party_id].endpoint == f"http://haproxy:{requester.port}/as4"
    assert requester.partners[provider.party_id].preview_hosts == (PREVIEW,)
    assert provider.partners[requester.party_id].return_hosts == (PORTAL,)
    ports = {PORTAL: requester.port, PREVIEW: provider.port, EID: eid.port, AUTHORITY: authority.port}
    for service in (requester, provider, directories, eid, authority):
        for host, port in ports.items():
            assert service.origins[f"https://{host}"] == f"http://{host}:{port}"


def test_the_danish_portal_and_the_authority_abroad_find_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    requester, provider = (settings(service, monkeypatch) for service in OTHER_WAY)
    assert isinstance(requester, RequesterSettings)
    assert isinstance(provider, ProviderSettings)
    assert (requester.country, requester.provider_country, provider.holdings) == ("DK", "LT,DE", "abroad")
    assert requester.directories == "http://directories:8402"
    assert requester.partners[provider.party_id].endpoint == f"http://provider-lt:{provider.port}/as4"
    assert provider.partners[requester.party_id].endpoint == f"http://requester-dk:{requester.port}/as4"
    assert requester.partners[provider.party_id].preview_hosts == (FOREIGN_PREVIEW_HOST,)
    assert provider.partners[requester.party_id].return_hosts == (DANISH_PORTAL,)
    assert requester.portal_origin == f"https://{DANISH_PORTAL}"
    assert provider.preview_origin == f"https://{FOREIGN_PREVIEW_HOST}"
    town = Town(Path("state"), Ports({}), both_ways=True)
    for service, own in zip(OTHER_WAY, (requester, provider), strict=True):
        assert own.party_id == town.service(service).party_id
        assert own.port == Ports.from_first(8400, PLACES)[service]
        assert own.origins[f"https://{town.service(service).host}"].endswith(f":{own.port}")


def test_portal_and_preview_are_known_to_the_eid_node(monkeypatch: pytest.MonkeyPatch) -> None:
    eid = settings("eid", monkeypatch)
    assert isinstance(eid, EidSettings)
    for service, host in (
        ("requester", PORTAL),
        ("provider", PREVIEW),
        ("requester-dk", DANISH_PORTAL),
        ("provider-lt", FOREIGN_PREVIEW_HOST),
    ):
        relying = settings(service, monkeypatch)
        assert isinstance(relying, ExchangeSettings)
        client = relying.client_id
        assert eid.clients[client].secret == relying.client_secret
        assert eid.clients[client].redirect_uris == (f"http://{host}:{relying.port}{CALLBACK}",)


@pytest.mark.parametrize("service", REPLICAS)
def test_a_service_can_have_many_replicas(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port of the host or a name would be one replica's alone."""
    assert not {"ports", "container_name", "hostname"} & set(CONTAINERS[service])
    replica = settings(service, monkeypatch)
    assert isinstance(replica, ExchangeSettings)
    found = re.search(rf"server-template \S+ (\d+) {service}:(\d+) ", (HAPROXY / "replicas.cfg").read_text("utf-8"))
    assert found is not None
    assert int(found[1]) >= 4
    assert int(found[2]) == replica.port
    assert f"./{HAPROXY.relative_to(ROOT)}:/usr/local/etc/haproxy:ro" in CONTAINERS["haproxy"]["volumes"]
    places = CONTAINERS["haproxy"]["environment"]
    assert places[{"requester": "OOTS_PORTAL_DOOR", "provider": "OOTS_PREVIEW_DOOR"}[service]] == f":{replica.port}"


@pytest.mark.parametrize("service", REPLICAS)
def test_a_replica_that_is_stopped_goes_on_until_haproxy_has_noticed(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors = (HAPROXY / "doors.cfg").read_text("utf-8")
    found = re.search(r"inter (\d+)ms fall (\d+)", doors)
    assert found is not None
    replica = settings(service, monkeypatch)
    assert replica.drain > 2 * timedelta(milliseconds=int(found[1]) * int(found[2]))
    patience = timedelta(seconds=int(CONTAINERS[service]["stop_grace_period"].removesuffix("s")))
    assert patience > replica.drain + timedelta(seconds=10)


@pytest.mark.parametrize("service", REPLICAS)
def test_the_replicas_of_a_service_share_a_database_of_its_own(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    replica = settings(service, monkeypatch)
    assert isinstance(replica, ExchangeSettings)
    url = make_url(replica.database_url or "")
    name = f"{service}-database"
    inside = {key: SUBSTITUTION.sub(r"\2", value) for key, value in CONTAINERS[name]["environment"].items()}
    assert (url.drivername, url.host, url.port) == ("postgresql+psycopg", name, 5432)
    assert inside == {"POSTGRES_USER": url.username, "POSTGRES_DB": url.database, "POSTGRES_PASSWORD": url.password}
    assert CONTAINERS[service]["depends_on"][name] == {"condition": "service_healthy"}
    assert CONTAINERS[name]["volumes"] == [f"{name}:/var/lib/postgresql/data"]
    assert "ports" not in CONTAINERS[name]
    others = [each for each in CONTAINERS if each != service and name in CONTAINERS[each].get("depends_on", {})]
    assert others == []


def own_volumes(service: str) -> list[str]:
    """All but the states of others, which the inspector alone sees and cannot change."""
    volumes: list[str] = CONTAINERS[service]["volumes"]
    return [each for each in volumes if not (service == "inspector" and each.endswith(":ro") and ":/journals/" in each)]


def test_the_inspector_reads_the_journals_of_all_who_exchange_and_changes_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = settings("inspector", monkeypatch)
    assert isinstance(own, InspectorSettings)
    assert own.stand_in_reviewers
    assert own.oidc is None
    assert set(own.journals) == {*REPLICAS, *OTHER_WAY}
    for service, journal in own.journals.items():
        read_at = settings(service, monkeypatch)
        assert isinstance(read_at, ExchangeSettings)
        assert journal.database_url == read_at.database_url
        assert f"{service}-state:{journal.state}:ro" in CONTAINERS["inspector"]["volumes"]
        assert read_at.state == Path("/state")
        assert CONTAINERS["inspector"]["depends_on"][service] == {"condition": "service_healthy"}
    ports = Ports.from_first(8400, PLACES)
    assert own.origins[own.inspector_origin] == f"http://inspector.localhost:{ports['inspector']}"
    assert own.port == ports["inspector"]


def test_a_container_sees_its_own_keys_and_state_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CONTAINERS["keys"]["command"] == ["keys", "export", "/volumes", "--both-ways", "--state", "/state"]
    volumes = [volume for container in CONTAINERS.values() for volume in container["volumes"]]
    for service in KEY_HOLDERS:
        own = settings(service, monkeypatch)
        assert volume_at(service, str(own.keys)) == volume_at("keys", f"/volumes/{service}") == f"{service}-keys"
        mounted = [volume.split(":")[0] for volume in own_volumes(service)]
        assert mounted in ([f"{service}-keys"], [f"{service}-keys", f"{service}-state"])
        assert (f"{service}-state" in mounted) is isinstance(own, ExchangeSettings | InspectorSettings)
    named = {volume.split(":")[0] for volume in volumes if not volume.startswith("./")}
    assert named == set(DOCUMENT["volumes"])


def test_the_authority_alone_reads_what_was_issued_and_revoked_and_changes_none_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mounts = {name: each["volumes"] for name, each in CONTAINERS.items()}
    holders = {name: volume for name, all_ in mounts.items() for volume in all_ if volume.startswith("authority:")}
    assert holders == {"keys": "authority:/state", "authority": "authority:/state:ro"}
    own = settings("authority", monkeypatch)
    assert isinstance(own, AuthoritySettings)
    assert own.keys == Path("/state/keys")
    for partner in ("requester", "provider"):
        assert CONTAINERS[partner]["depends_on"]["authority"] == {"condition": "service_healthy"}


def test_no_key_of_an_authority_and_no_register_is_handed_out(tmp_path: Path) -> None:
    export_town_keys(tmp_path / "state", tmp_path / "volumes", "0751", both_ways=True)
    revoke(
        tmp_path / "state" / "keys",
        load_key_pair(tmp_path / "volumes" / "requester", "ap-lt-01").certificate,
        SystemClock().now(),
        ReasonFlags.superseded,
        party="AP_LT_01",
        name="ap-lt-01",
    )
    export_town_keys(tmp_path / "state", tmp_path / "volumes", "0751", both_ways=True)
    handed_out = {path.parent.name: set() for path in (tmp_path / "volumes").rglob("*.pem")}
    for path in (tmp_path / "volumes").rglob("*.*"):
        handed_out[path.parent.name].add(path.name)
    assert set(handed_out) == set(KEY_HOLDERS)
    assert {"ap-dk-01.key.pem", "seal-0751.key.pem"} <= handed_out["provider"]
    for names in handed_out.values():
        assert "trust.pem" in names
        assert not names & {"root-ca.key.pem", "issuing-ca.key.pem", "revoked.json"}
    assert (tmp_path / "state" / "keys" / "revoked.json").is_file()


def test_the_image_runs_as_nobody_in_particular_on_a_base_of_ones_choice() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    base = SUBSTITUTION.sub(r"\2", CONTAINERS["eid"]["build"]["args"]["BASE"])
    assert f"ARG BASE={base}" in lines
    assert "FROM ${BASE}" in lines
    assert "USER oots" in lines
    assert {"ARG COMMIT=", 'RUN echo "${COMMIT}" > commit.txt'} <= set(lines)
    assert any("--require-hashes -r requirements.txt" in line for line in lines)
    assert json.loads(next(line for line in lines if line.startswith("ENTRYPOINT")).removeprefix("ENTRYPOINT ")) == [
        "oots"
    ]
