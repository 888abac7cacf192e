"""The ways from one access point to the other, which can be cut and which lose receipts."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.haproxy import Doors

CUT_OFF_SECONDS = 5.0
"""A fault lasts; what is asserted is what has become of the exchanges, whenever they end."""
LOST_RECEIPTS = 2
"""In a hundred answers, after the message has been delivered."""
_NAMES = ("to-provider", "to-requester")


@dataclass
class Cables:
    """Two more frontends of the HAProxy before the replicas; each port leads to one of its `doors`."""

    to_provider: int
    to_requester: int
    doors: Doors
    lost_receipts: int = 0

    @property
    def haproxy(self) -> str:
        """The settings of both."""
        ends = ((self.to_provider, self.doors.preview), (self.to_requester, self.doors.portal))
        return "".join(_cable(name, port, door) for name, (port, door) in zip(_NAMES, ends, strict=True))

    def environment(self) -> dict[str, dict[str, str]]:
        """What requester and provider must know in order to use them."""
        provider = {"party_id": "AP_DK_01", "preview_hosts": ["preview.aarhus.localhost"]}
        requester = {"party_id": "AP_LT_01", "return_hosts": ["portal.lt.localhost"]}
        return {
            "requester": {"OOTS_PARTNERS": _partners(provider, self.to_provider)},
            "provider": {"OOTS_PARTNERS": _partners(requester, self.to_requester)},
        }

    def cut_off(self) -> None:
        """For some seconds neither side reaches the other."""
        self._all("disable")
        time.sleep(CUT_OFF_SECONDS)
        self._all("enable")

    def _all(self, act: str) -> None:
        for name in _NAMES:
            said = self.doors.tell(f"{act} frontend {name}")
            assert said == "", said

    def count(self) -> None:
        """See how many answers have been thrown away."""
        rows = [line.split(",") for line in self.doors.tell("show stat").splitlines()]
        column = rows[0].index("dresp")
        self.lost_receipts = sum(int(row[column]) for row in rows if row[0] in _NAMES and row[1] == "BACKEND")


def _cable(name: str, port: int, door: int) -> str:
    return f"""
listen {name} from doors
    bind 127.0.0.1:{port}
    http-response deny deny_status 502 if {{ rand(100) lt {LOST_RECEIPTS} }}
    server door 127.0.0.1:{door}
"""


def _partners(partner: Mapping[str, object], port: int) -> str:
    return json.dumps({partner["party_id"]: {**partner, "endpoint": f"http://127.0.0.1:{port}/as4"}})
