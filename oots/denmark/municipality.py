"""A Danish municipality as an evidence provider."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from oots.model.agent import Address, Agent, AgentRole
from oots.model.errors import ConfigurationError
from oots.model.identifiers import EAS, Identifier
from oots.model.text import Text

DIGSTORG = EAS + "0184"
_ASCII = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ü": "u"})
_OTHER_NAMES = {"0101": "Københavns Kommune", "0400": "Bornholms Regionskommune", "0411": "Christiansø"}
_FILE = Path(__file__).parent / "data" / "municipalities.csv"


@dataclass(frozen=True, slots=True)
class Municipality:
    """`kommunekode` has four digits, `cvr` eight, `nuts3` is like DK042."""

    kommunekode: str
    name: str
    cvr: str
    nuts3: str

    @property
    def authority_name(self) -> str:
        return _OTHER_NAMES.get(self.kommunekode, f"{self.name} Kommune")

    @property
    def host_label(self) -> str:
        """The name as a label of a host name: `aarhus`, `lyngby-taarbaek`."""
        letters = self.name.lower().translate(_ASCII)
        return "".join(letter if letter.isalnum() else "-" for letter in letters)

    @property
    def agent(self) -> Agent:
        """The evidence provider, named by its CVR number (EAS 0184)."""
        return Agent(
            Identifier(DIGSTORG, self.cvr),
            (Text("DA", self.authority_name), Text("EN", f"{self.name} Municipality")),
            Address("DK", nuts=self.nuts3),
            AgentRole.EVIDENCE_PROVIDER,
        )


@cache
def municipalities() -> dict[str, Municipality]:
    """All municipalities by kommunekode."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["kommunekode"]: Municipality(row["kommunekode"], row["name"], row["cvr"], row["nuts3"])
            for row in csv.DictReader(file)
        }


def load_municipality(kommunekode: str) -> Municipality:
    """The municipality with this code; raises ConfigurationError."""
    try:
        return municipalities()[kommunekode]
    except KeyError:
        raise ConfigurationError(f"no Danish municipality has the kommunekode {kommunekode!r}") from None
