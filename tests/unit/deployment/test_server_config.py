"""How a service is served: the key of TLS is held to what every other key is held to."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.deployment.serving import KINDS, server_config
from oots.deployment.settings import read
from oots.deployment.town import Ports, Town
from oots.model.errors import ConfigurationError
from oots.trust.authority import init_keys
from oots.trust.certificates import Role
from oots.trust.issuing import Participant
from tests.support.trust import NOW


def test_the_tls_key_is_a_file_that_nobody_else_may_read(tmp_path: Path) -> None:
    town = Town(tmp_path, Ports.from_first(8400), tls=True)
    init_keys(town.keys, [Participant("tls", "demo-hosts", Role.TLS, ("127.0.0.1",))], NOW)
    settings, key = read(KINDS["eid"], town.values("eid")), town.keys / "tls.key.pem"
    assert server_config(print, settings).ssl_keyfile == str(key)
    key.chmod(0o640)
    with pytest.raises(ConfigurationError, match="0600"):
        server_config(print, settings)
    key.unlink()
    with pytest.raises(ConfigurationError, match=r"tls\.key\.pem is missing"):
        server_config(print, settings)
    assert server_config(print, read(KINDS["eid"], {**town.values("eid"), "tls": False})).ssl_keyfile is None
