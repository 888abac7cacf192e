"""The stand-in accounts: invented reviewers among whom anybody may choose, for demos alone."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from oots.inspector.access.reviewers import Duty, Reviewer
from oots.web.words import Words

FILE = Path(__file__).parent / "accounts.toml"


@dataclass(frozen=True, slots=True)
class Account:
    """An invented reviewer, and what people are told about this one."""

    reviewer: Reviewer
    about: Words


def load_accounts(path: Path = FILE) -> tuple[Account, ...]:
    """In the order of the file; KeyError, TypeError or ValueError if an entry is incomplete."""
    entries = tomllib.loads(path.read_text("utf-8"))
    return tuple(
        Account(Reviewer(key, entry["name"], frozenset(Duty(duty) for duty in entry["duties"])), Words(*entry["about"]))
        for key, entry in entries.items()
    )
