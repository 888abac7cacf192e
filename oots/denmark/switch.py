"""How the registers behave just now: as they should, slowly, not at all, or failing; for demos and stories."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

SLOW_SECONDS = 3.0
"""How much later a slow register answers, and after how long a silent one is given up."""


class Behaviour(StrEnum):
    """What a register does when it is asked."""

    IN_ORDER = "in-order"
    SLOW = "slow"
    FAILING = "failing"
    SILENT = "silent"


class RegisterFailedError(Exception):
    """A register said that it cannot answer."""


class RegisterSwitch:
    """The behaviour of each register, by its name, kept in a small file that every replica and every story can see.

    Without a `file` it is kept in this object alone. `wait` lets so many seconds pass.
    """

    def __init__(self, wait: Callable[[float], None], file: Path | None = None) -> None:
        self._wait = wait
        self._file = file
        self._kept: dict[str, str] = {}

    def behaviour(self, register: str) -> Behaviour:
        return Behaviour(self._set().get(register, Behaviour.IN_ORDER))

    def set(self, register: str, behaviour: Behaviour) -> None:
        """From now on the register behaves like this."""
        kept = self._set() | {register: behaviour.value}
        self._kept = {name: value for name, value in kept.items() if value != Behaviour.IN_ORDER}
        if self._file is not None:
            new = self._file.with_suffix(f".{os.getpid()}.new")
            new.write_text(json.dumps(self._kept), encoding="utf-8")
            new.replace(self._file)

    def all_in_order(self) -> None:
        """From now on every register behaves as it should."""
        for register in self._set():
            self.set(register, Behaviour.IN_ORDER)

    def ask(self, register: str) -> None:
        """Reach the register: at once or late; raises RegisterFailedError or TimeoutError where it does not answer."""
        behaviour = self.behaviour(register)
        if behaviour in (Behaviour.SLOW, Behaviour.SILENT):
            self._wait(SLOW_SECONDS)
        if behaviour is Behaviour.SILENT:
            raise TimeoutError(f"the register {register} does not answer")
        if behaviour is Behaviour.FAILING:
            raise RegisterFailedError(f"the register {register} says that it cannot answer")

    def _set(self) -> dict[str, str]:
        if self._file is None:
            return self._kept
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        known = set(Behaviour)
        return {name: value for name, value in kept.items() if value in known} if isinstance(kept, dict) else {}
