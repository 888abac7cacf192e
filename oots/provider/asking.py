"""Asks a register, and turns its failures into refusals that tell nothing of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from oots.model.issuing import Applicant, Issue, Match, Order
from oots.model.response import ErrorCode
from oots.provider.checks import Refusal
from oots.provider.source import EvidenceSource

_LOG = logging.getLogger(__name__)

Told = TypeVar("Told")


def match(source: EvidenceSource, applicant: Applicant) -> Match:
    """Who is meant; raises Refusal where the register fails."""
    return _asked(lambda: source.match(applicant))


def issue(source: EvidenceSource, order: Order) -> Issue:
    """What is issued; raises Refusal where the register fails."""
    return _asked(lambda: source.issue(order))


def _asked(ask: Callable[[], Told]) -> Told:
    try:
        return ask()
    except TimeoutError as slow:
        _LOG.error("the register did not answer in time")
        raise Refusal(ErrorCode.TIMEOUT, "the register behind this data service did not answer in time") from slow
    except Exception as failure:  # whatever a register does: nothing is issued
        _LOG.error("the register failed: %s", type(failure).__name__)
        raise Refusal(ErrorCode.QUERY, "the register behind this data service failed") from failure
