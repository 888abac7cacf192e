"""Registers that are slow, failing or silent when told so, and the files behind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.denmark.registers import CPR, FULDMAGT
from oots.denmark.switch import SLOW_SECONDS, Behaviour, RegisterFailedError, RegisterSwitch
from oots.model.issuing import Applicant
from oots.model.person import NaturalPerson
from tests.support.denmark import registers


class Waited(list[float]):
    """How long was waited, without waiting."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture(params=["in memory", "in a file"])
def switch(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[RegisterSwitch, Waited]:
    waited = Waited()
    return RegisterSwitch(waited, tmp_path / "registers.json" if request.param == "in a file" else None), waited


def test_a_register_answers_at_once_unless_it_is_told_otherwise(switch: tuple[RegisterSwitch, Waited]) -> None:
    disturbed, waited = switch
    disturbed.ask(CPR)
    disturbed.set(FULDMAGT, Behaviour.FAILING)
    disturbed.ask(CPR)
    assert waited == []


def test_a_slow_register_answers_late(switch: tuple[RegisterSwitch, Waited]) -> None:
    disturbed, waited = switch
    disturbed.set(CPR, Behaviour.SLOW)
    disturbed.ask(CPR)
    assert waited == [SLOW_SECONDS]


@pytest.mark.parametrize(
    ("behaviour", "error", "seconds"),
    [(Behaviour.FAILING, RegisterFailedError, []), (Behaviour.SILENT, TimeoutError, [SLOW_SECONDS])],
)
def test_a_disturbed_register_does_not_answer_until_it_is_in_order_again(
    switch: tuple[RegisterSwitch, Waited], behaviour: Behaviour, error: type[Exception], seconds: list[float]
) -> None:
    disturbed, waited = switch
    disturbed.set(CPR, behaviour)
    with pytest.raises(error):
        disturbed.ask(CPR)
    assert waited == seconds
    disturbed.set(CPR, Behaviour.IN_ORDER)
    disturbed.ask(CPR)
    disturbed.set(CPR, behaviour)
    disturbed.all_in_order()
    disturbed.ask(CPR)


def test_another_replica_sees_how_a_register_was_switched(tmp_path: Path) -> None:
    one, other = (RegisterSwitch(Waited(), tmp_path / "registers.json") for _ in range(2))
    one.set(CPR, Behaviour.SILENT)
    other.set(FULDMAGT, Behaviour.SLOW)
    assert (other.behaviour(CPR), one.behaviour(FULDMAGT)) == (Behaviour.SILENT, Behaviour.SLOW)
    assert [each.name for each in tmp_path.iterdir()] == ["registers.json"]


@pytest.mark.parametrize("content", ["", "[]", '{"cpr": "asleep"}', "{"], ids=repr)
def test_what_nobody_can_read_disturbs_nothing(tmp_path: Path, content: str) -> None:
    file = tmp_path / "registers.json"
    file.write_text(content, encoding="utf-8")
    RegisterSwitch(Waited(), file).ask(CPR)


@pytest.mark.parametrize("register", [CPR, FULDMAGT])
def test_nobody_is_matched_while_one_of_the_registers_does_not_answer(register: str) -> None:
    """The same registers are asked about everybody, whether somebody acts for him or not."""
    disturbed = RegisterSwitch(Waited())
    held = registers(switch=disturbed)
    nobody = Applicant(NaturalPerson("Ingen", "Slet", held.today()))
    held.match(nobody)
    disturbed.set(register, Behaviour.FAILING)
    with pytest.raises(RegisterFailedError):
        held.match(nobody)
