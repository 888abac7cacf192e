"""How attacks are tried: the honest way is accepted, one thing is changed, that is refused, the honest way still works.

An attack is a function with a docstring that says what the attacker does. It gets a stage (a service with something
worth stealing), does its one change there, and returns how the stage refused it. `try_out` wraps it into the rest.
"""

from __future__ import annotations

import atexit
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, Protocol, TypeVar

from oots.edelivery import faults


class Area(StrEnum):
    """What is attacked; the headings of the table, in its order."""

    PACKAGE = "MIME package and sizes"
    FLOOD = "Floods and XML that is no plain XML"
    ENVELOPE = "Shape of the SOAP envelope"
    SIGNATURE = "What the signature says"
    CERTIFICATE = "Certificates and revocation"
    ENCRYPTION = "Encrypted parts"
    REPLAY = "Replay and time"
    MESSAGE = "Messages that are signed, but not lawful"
    RECEIPT = "Receipts and signals"
    SEAL = "Seals of evidence"
    DIRECTORY = "Answers of the directories"
    PREVIEW = "The preview space"
    PORTAL = "The portal"
    SIGN_IN = "Sign-in"
    AT_REST = "Data at rest and the journal"


@dataclass(frozen=True, slots=True)
class Refused:
    """How an attack ended. `told` is what the attacker learns (`EBMS:0101`, `HTTP 403`, `EDM:ERR:0003`), `by` the
    function of ours that caught it, `why` what the journal (or the page) says. `sent` are the hostile bytes as
    (Content-Type, body), where `oots verify` can judge them alone."""

    told: str
    by: str
    why: str
    sent: tuple[str, bytes] | None = None


class Stage(Protocol):
    """A place where attacks are tried."""

    def control(self) -> None:
        """The honest way; raises AssertionError unless it is accepted. Can be walked again and again."""

    def released(self) -> object:
        """All that an attacker could be after and all that must stay as it is, as a value that can be compared."""
        ...


StageT = TypeVar("StageT", bound=Stage)
OpenStage = Callable[[Path], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Attack(Generic[StageT]):
    """One attack: `stage` opens its place in a folder of its own; it must be `told` this, and `why` must be said."""

    area: Area
    stage: OpenStage
    told: str
    why: str
    run: Callable[[StageT], Refused]

    @property
    def name(self) -> str:
        return self.run.__name__

    @property
    def does(self) -> str:
        """The first paragraph of the function's docstring, on one line."""
        text = (self.run.__doc__ or "").strip().partition("\n\n")[0]
        return " ".join(text.split())


ATTACKS: list[Attack[Any]] = []
"""Every attack, in the order in which modules of `tests/attacks` declare them."""


def attack(
    area: Area, stage: OpenStage, *, told: str, why: str
) -> Callable[[Callable[[StageT], Refused]], Callable[[StageT], Refused]]:
    """Declare the function below as an attack: it needs a docstring and a name of its own."""

    def declare(run: Callable[[StageT], Refused]) -> Callable[[StageT], Refused]:
        declared = Attack(area, stage, told, why, run)
        assert declared.does.endswith("."), f"{declared.name} does not say what the attacker does"
        assert declared.name not in {each.name for each in ATTACKS}, f"{declared.name} is declared twice"
        ATTACKS.append(declared)
        return run

    return declare


def shared(open_stage: OpenStage) -> OpenStage:
    """The same stage, opened once for all attacks: for those that leave it as it was. It ends with the process."""

    @cache
    def opened() -> object:
        until_the_end = ExitStack()
        atexit.register(until_the_end.close)
        folder = until_the_end.enter_context(TemporaryDirectory(prefix="oots-stage-"))
        return until_the_end.enter_context(open_stage(Path(folder)))

    return lambda folder: nullcontext(opened())


def try_out(attack: Attack[Any], folder: Path) -> Refused:
    """Control, attack, control; raises AssertionError unless the attack is refused as declared and changes nothing."""
    with attack.stage(folder) as stage:
        stage.control()
        before = stage.released()
        refused = attack.run(stage)
        assert refused.told == attack.told, f"told {refused.told}: {refused.why}"
        assert attack.why in refused.why, f"refused for another reason: {refused.why}"
        assert stage.released() == before, "the attack had an effect"
        stage.control()
        return refused


def caught_by(fault: BaseException) -> str:
    """The function of `oots` in which a refusal began: `edelivery.profile._expect_coverage`."""
    began = fault.__cause__ or fault.__context__
    while began is not None and _frames(began):
        fault, began = began, began.__cause__ or began.__context__
    *_, innermost = _frames(fault)
    return innermost


def _frames(fault: BaseException) -> list[str]:
    frames = (frame for frame, _ in traceback.walk_tb(fault.__traceback__))
    named = ((str(frame.f_globals.get("__name__")), frame.f_code.co_qualname) for frame in frames)
    ours = ((module, name) for module, name in named if module.startswith("oots.") and module != faults.__name__)
    return [f"{module.removeprefix('oots.')}.{name}" for module, name in ours]
