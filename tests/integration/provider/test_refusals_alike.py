"""Whoever is not matched is answered alike, whatever the registers know; and so is everybody while they are silent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from oots.denmark.registers import CPR, FULDMAGT, Registers
from oots.denmark.switch import Behaviour
from oots.exchange.journal import Entry, JournalEntry
from oots.model.issuing import Applicant, Match
from oots.model.person import LevelOfAssurance, NaturalPerson, Subject
from tests.support.denmark import registers
from tests.support.two_sides import FakeSource, TwoSides, two_sides


@dataclass
class RegisteredSource(FakeSource):
    """It matches as the Danish registers do, and issues anything."""

    held: Registers | None = None

    def match(self, applicant: Applicant) -> Match:
        assert self.held is not None
        return self.held.match(applicant)


def somebody(given: str, family: str, born: date, **more: str) -> NaturalPerson:
    return NaturalPerson(family, given, born, LevelOfAssurance.HIGH, "DK/LT/0000000000000000", **more)  # type: ignore[arg-type]


KARL = somebody("Karl", "Kopi", date(1980, 12, 19))
BARN = somebody("Barn", "Mikkelsen", date(2016, 9, 2))
MOR = somebody("Mor", "Mikkelsen", date(1988, 1, 11))
SOLVEJ = somebody("Solvej", "Prøvesen", date(1984, 6, 12))
ALONE = {
    "nobody": (somebody("Ona", "Nežinoma", date(1990, 2, 1)), "none, 0 candidates"),
    "several": (KARL, "more-needed, 2 candidates"),
    "neither": (somebody("Karl", "Kopi", date(1980, 12, 19), place_of_birth="Viborg"), "none, 0 candidates"),
    "dead": (somebody("Døde", "Dahl", date(1941, 4, 21)), "none, 0 candidates"),
    "ward": (somebody("Villads", "Værgesøn", date(1996, 5, 30)), "not-represented, 1 candidates"),
}
ACTING: dict[str, tuple[Subject, NaturalPerson, str]] = {
    "no custody": (BARN, SOLVEJ, "not-represented, 1 candidates"),
    "no such child": (somebody("Børn", "Mikkelsen", date(2016, 9, 2)), MOR, "none, 0 candidates"),
    "several children": (KARL, MOR, "more-needed, 2 candidates"),
    "no such parent": (BARN, somebody("Ona", "Nežinoma", date(1990, 2, 1)), "not-represented, 1 candidates"),
}


@pytest.fixture(scope="module")
def danish(tmp_path_factory: pytest.TempPathFactory, demo_keys: Path) -> TwoSides:
    return two_sides(tmp_path_factory.mktemp("danish"), demo_keys, RegisteredSource(held=registers()))


def log_of(town: TwoSides, subject: Subject, representative: NaturalPerson | None = None) -> list[JournalEntry]:
    return town.provider_log(town.ask(person=subject, representative=representative))


def outward(log: list[JournalEntry]) -> str:
    """The answer as it was sent, without what differs in every message: identifiers and moments."""
    (answer,) = [line for line in log if line.document and line.entry.value.endswith("-sent")]
    text = (answer.document or b"").decode()
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "an-identifier", text)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z?", "a-moment", text)


def inward(log: list[JournalEntry]) -> str | None:
    """What the journal says of the match."""
    (line,) = [line for line in log if line.entry is Entry.IDENTITY_NOT_MATCHED]
    return line.detail


def test_all_who_are_not_matched_get_the_same_answer(danish: TwoSides) -> None:
    logs = {name: log_of(danish, subject) for name, (subject, _) in ALONE.items()}
    assert {name: inward(log) for name, log in logs.items()} == {name: told for name, (_, told) in ALONE.items()}
    answers = {outward(log) for log in logs.values()}
    assert len(answers) == 1
    assert "EDM:ERR:0004" in answers.pop()
    assert len({tuple(line.entry for line in log) for log in logs.values()}) == 1


def test_all_for_whom_nobody_may_act_get_the_same_answer(danish: TwoSides) -> None:
    logs = {name: log_of(danish, subject, acting) for name, (subject, acting, _) in ACTING.items()}
    assert {name: inward(log) for name, log in logs.items()} == {name: told for name, (_, _, told) in ACTING.items()}
    answers = {outward(log) for log in logs.values()}
    assert len(answers) == 1
    assert "EDM:ERR:0004" in answers.pop()


@pytest.mark.parametrize(("subject", "acting"), [(SOLVEJ, None), (BARN, MOR)], ids=["herself", "her child"])
def test_who_is_matched_is_answered_otherwise(
    danish: TwoSides, subject: NaturalPerson, acting: NaturalPerson | None
) -> None:
    assert "EDM:ERR:0004" not in outward(log_of(danish, subject, acting))


@pytest.mark.parametrize("register", [CPR, FULDMAGT])
@pytest.mark.parametrize(
    ("behaviour", "code"), [(Behaviour.SILENT, "EDM:ERR:0005"), (Behaviour.FAILING, "EDM:ERR:0008")]
)
def test_registers_that_do_not_answer_are_told_whoever_it_is_about(
    danish: TwoSides, register: str, behaviour: Behaviour, code: str
) -> None:
    assert isinstance(danish.source, RegisteredSource)
    assert danish.source.held is not None
    switch = danish.source.held.switch
    switch.set(register, behaviour)
    try:
        answers = {outward(log_of(danish, subject)) for subject in (SOLVEJ, KARL, ALONE["nobody"][0])}
    finally:
        switch.all_in_order()
    assert len(answers) == 1
    assert code in answers.pop()
