"""Keys of a small demo domain, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE, init_keys
from oots.trust.certificates import Role
from oots.trust.issuing import Participant
from tests.support.two_sides import START

MEMBERS = (
    Participant("ap", "AP_DK_01", Role.ACCESS_POINT),
    Participant("seal", "55133018", Role.SEAL),
    Participant("tls", "demo-hosts", Role.TLS, ("127.0.0.1", "portal.lt.localhost")),
)


@pytest.fixture(scope="session")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("domain")
    init_keys(folder, MEMBERS, START)
    return folder


@pytest.fixture(scope="session")
def anchors(domain: Path) -> TrustAnchors:
    return TrustAnchors.from_pem((domain / TRUST_FILE).read_bytes())
