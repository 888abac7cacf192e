"""Records of the civil register for tests: one ordinary resident of Aarhus, to be changed in one place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from oots.denmark.cpr import CprPerson
from oots.denmark.matching import identify
from oots.denmark.municipality import Municipality, load_municipality
from oots.denmark.registers import Registers
from oots.denmark.switch import RegisterSwitch
from oots.model.clock import FrozenClock
from oots.model.person import NaturalPerson

AARHUS: Municipality = load_municipality("0751")
ISSUED_ON = date(2026, 11, 24)

CURRENT: dict[str, Any] = {
    "status": "AKTUEL",
    "virkning_fra": date(2019, 8, 15),
    "kommunekode": "0751",
    "vejkode": "2315",
    "vejnavn": "Ærøgade",
    "husnummer": "27",
    "etage": "3",
    "doer": "th",
    "postnummer": "8000",
    "postdistrikt": "Aarhus C",
}
FORMER: dict[str, Any] = {
    "status": "HISTORISK",
    "virkning_fra": date(2003, 8, 20),
    "virkning_til": date(2019, 8, 15),
    "kommunekode": "0461",
    "vejkode": "8241",
    "vejnavn": "Thorslundsvej",
    "husnummer": "41",
    "postnummer": "5000",
    "postdistrikt": "Odense C",
}
OLDEST: dict[str, Any] = {
    "status": "HISTORISK",
    "virkning_fra": date(1984, 6, 12),
    "virkning_fra_usikker": True,
    "virkning_til": date(2003, 8, 20),
    "kommunekode": "0370",
    "vejkode": "3390",
    "vejnavn": "Farimagsvej",
    "husnummer": "19",
    "postnummer": "4700",
    "postdistrikt": "Næstved",
}


def record(**changes: Any) -> dict[str, Any]:
    """A record as it stands in a file, with some of its keys changed."""
    ordinary: dict[str, Any] = {
        "id": "6a0f3c1e-4b7d-4a55-9c02-1d8e7f605b43",
        "personnummer": "1206840438",
        "navn": name("Solvej", "Prøvesen"),
        "foedselsdato": date(1984, 6, 12),
        "koen": "KVINDE",
        "personstatus": "BOPAEL_I_DANMARK",
        "civilstand": [civil_status("FRASKILT")],
        "statsborgerskab": [citizenship("Danmark", "DK")],
        "folkekirke": "MEDLEM_AF_FOLKEKIRKEN",
        "adresser": [CURRENT, OLDEST, FORMER],
    }
    return ordinary | changes


def civil_status(kind: str, **more: Any) -> dict[str, Any]:
    return {"status": "AKTUEL", "virkning_fra": date(2015, 2, 20), "type": kind, **more}


def citizenship(land: str, code: str, **more: Any) -> dict[str, Any]:
    return {"status": "AKTUEL", "virkning_fra": date(1984, 6, 12), "land": land, "landekode": code, **more}


def departure(**more: Any) -> dict[str, Any]:
    return {"status": "AKTUEL", "virkning_fra": date(2022, 7, 31), "land": "Tyskland", "landekode": "DE", **more}


def name(fornavne: str, efternavn: str, **more: Any) -> dict[str, Any]:
    return {"fornavne": fornavne, "efternavn": efternavn, "adresseringsnavn": f"{fornavne} {efternavn}"[:34], **more}


def person(**changes: Any) -> CprPerson:
    return CprPerson(**record(**changes))


def registers(
    persons: Path | None = None,
    representing: Path | None = None,
    others: Path | None = None,
    switch: RegisterSwitch | None = None,
) -> Registers:
    """The registers out of these files or the packaged ones, on the day on which tests take place; nobody waits."""
    return Registers.from_files(
        persons,
        representing,
        others,
        switch=switch or RegisterSwitch(lambda seconds: None),
        clock=FrozenClock(datetime(2026, 11, 24, 12, 0, tzinfo=UTC)),
    )


def candidates(
    persons: tuple[CprPerson, ...], family_name: str, given_name: str, date_of_birth: date, **more: Any
) -> tuple[CprPerson, ...]:
    """Whom these attributes can mean."""
    found = identify(NaturalPerson(family_name, given_name, date_of_birth, **more), persons).remaining
    return tuple(person for person in persons if person.id in found)
