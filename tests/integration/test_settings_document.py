"""The table of settings lists exactly what the services read, and a slip of the pen is refused."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from oots.deployment.serving import KINDS
from oots.deployment.settings import PREFIX, EidSettings, ProviderSettings, RequesterSettings, read
from oots.model.errors import ConfigurationError

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `(OOTS_\w+)` \| ([\w, ]+) \|", re.MULTILINE)


def test_the_document_lists_each_variable_with_its_services() -> None:
    listed = {name: set(services.split(", ")) for name, services in ROW.findall(DOCUMENT.read_text(encoding="utf-8"))}
    read_by: dict[str, set[str]] = {}
    for service, kind in KINDS.items():
        for name in kind.model_fields:
            read_by.setdefault(PREFIX + name.upper(), set()).add(service)
    every = set(KINDS)
    assert listed == {name: {"all"} if services == every else services for name, services in read_by.items()}


@pytest.fixture
def eid_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in {"OOTS_PORT": "8403", "OOTS_KEYS": "/keys", "OOTS_CLIENTS": "{}"}.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_another_service_s_variable_does_no_harm_and_a_misspelt_one_is_refused(
    eid_environment: pytest.MonkeyPatch,
) -> None:
    eid_environment.setenv("OOTS_MUNICIPALITY", "0751")
    assert read(EidSettings).port == 8403
    eid_environment.setenv("OOTS_MUNICIPALTY", "0751")
    with pytest.raises(ConfigurationError, match="OOTS_MUNICIPALTY is no setting"):
        read(EidSettings)


def test_all_faults_are_named_at_once(eid_environment: pytest.MonkeyPatch) -> None:
    eid_environment.setenv("OOTS_PORT", "0")
    with pytest.raises(ConfigurationError) as faults:
        read(RequesterSettings)
    named = {fault.partition(":")[0] for fault in faults.value.faults}
    assert {"OOTS_PORT", "OOTS_STATE", "OOTS_PARTY_ID", "OOTS_PARTNERS", "OOTS_CLIENT_SECRET"} <= named


def test_a_variable_that_is_no_json_is_named(eid_environment: pytest.MonkeyPatch) -> None:
    assert read(EidSettings).clients == {}
    eid_environment.setenv("OOTS_CLIENTS", "{")
    with pytest.raises(ConfigurationError) as fault:
        read(EidSettings)
    assert fault.value.faults == ("OOTS_CLIENTS: this is no JSON",)


@pytest.fixture
def portal_environment(eid_environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    values = {
        "OOTS_STATE": "/state",
        "OOTS_PARTY_ID": "AP_LT_01",
        "OOTS_PARTNERS": "{}",
        "OOTS_AUTHORITY_INTERNAL": "http://authority:8404",
        "OOTS_EID_INTERNAL": "http://eid:8403",
        "OOTS_CLIENT_SECRET": "0123456789abcdef",
        "OOTS_DIRECTORIES": "http://directories:8402",
    }
    for name, value in values.items():
        eid_environment.setenv(name, value)
    return eid_environment


@pytest.mark.parametrize("written", ["v1.0,v2.0", " v2.0 , v1.0 ", '["v1.0", "v2.0"]'])
def test_versions_are_listed_with_commas_or_as_json_and_the_newest_comes_first(
    portal_environment: pytest.MonkeyPatch, written: str
) -> None:
    assert read(RequesterSettings).versions == ("oots-edm:v2.0", "oots-edm:v1.2", "oots-edm:v1.0")
    portal_environment.setenv("OOTS_EDM", written)
    assert read(RequesterSettings).versions == ("oots-edm:v2.0", "oots-edm:v1.0")


@pytest.mark.parametrize("written", ["", "v9.9", "v1.0;v2.0", "[]", '["v1.0"', '{"v1.0": 1}'])
def test_a_version_that_nobody_speaks_is_refused_by_name(portal_environment: pytest.MonkeyPatch, written: str) -> None:
    portal_environment.setenv("OOTS_EDM", written)
    with pytest.raises(ConfigurationError) as faults:
        read(RequesterSettings)
    assert {fault.partition(":")[0].partition(".")[0] for fault in faults.value.faults} == {"OOTS_EDM"}


@pytest.mark.parametrize("kind", [RequesterSettings, ProviderSettings])
def test_the_repository_in_messages_of_1_0_is_that_of_1_0_0_unless_another_is_set(
    portal_environment: pytest.MonkeyPatch, kind: type[RequesterSettings | ProviderSettings]
) -> None:
    assert read(kind).profiles["oots-edm:v1.0"].repository == "sr.oots.tech.europa.eu"
    portal_environment.setenv("OOTS_EDM_V1_0_REPOSITORY", "sr.oots.tech.ec.europa.eu")
    assert read(kind).profiles["oots-edm:v1.0"].repository == "sr.oots.tech.ec.europa.eu"
    portal_environment.setenv("OOTS_EDM_V1_0_REPOSITORY", "https://sr.oots.tech.ec.europa.eu/")
    with pytest.raises(ConfigurationError, match="OOTS_EDM_V1_0_REPOSITORY"):
        read(kind)
