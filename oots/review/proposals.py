"""What the machine proposes to answer, with its reasons out of what it saw. A proposal is no answer before a person has
taken it, and where an exchange says nothing of a rule, the proposal says why."""

from __future__ import annotations

from oots.review.duties import DUTIES
from oots.review.items import catalogue
from oots.review.proposal import Proposal
from oots.review.rules import RULES, SILENT
from oots.review.seen import Seen


def propose(seen: Seen) -> dict[str, Proposal]:
    """A proposal for each item of the catalogue, by its key."""
    return {key: _proposal(key, seen) for key in catalogue().item}


def _proposal(key: str, seen: Seen) -> Proposal:
    if key in SILENT:
        return Proposal(None, SILENT[key])
    return (DUTIES.get(key) or RULES[key])(seen)
