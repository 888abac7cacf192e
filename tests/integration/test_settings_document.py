"""The table of settings lists exactly what the services read, and a slip of the pen is refused."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from oots.deployment.serving import KINDS
from oots.deployment.settings import PREFIX, EidSettings, RequesterSettings, read
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
