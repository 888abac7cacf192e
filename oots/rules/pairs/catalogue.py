"""Every rule between messages, for lists and explanations."""

from __future__ import annotations

from typing import Any, Final

from oots.rules.pairs.answer import ANSWER_RULES
from oots.rules.pairs.evidence import EVIDENCE_RULES
from oots.rules.pairs.header_to_body import HEADER_RULES
from oots.rules.pairs.later_header import ANSWER_HEADER_RULES, SECOND_HEADER_RULES
from oots.rules.pairs.pair import PairRule
from oots.rules.pairs.receipt import RECEIPT_RULES
from oots.rules.pairs.second_request import SECOND_REQUEST_RULES

PAIR_RULES: Final[tuple[PairRule[Any], ...]] = tuple(
    dict.fromkeys(
        (
            *ANSWER_RULES,
            *SECOND_REQUEST_RULES,
            *HEADER_RULES,
            *SECOND_HEADER_RULES,
            *ANSWER_HEADER_RULES,
            *RECEIPT_RULES,
            *EVIDENCE_RULES,
        )
    )
)
"""Each once, though two pairs may share it."""
