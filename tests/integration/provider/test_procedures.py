"""Procedures have names for people."""

from __future__ import annotations

from oots.denmark.evidence_types import OFFERS
from oots.web.procedures import procedure


def test_each_procedure_for_which_something_is_issued_has_a_name() -> None:
    codes = {code for offer in OFFERS.values() for code in offer.procedures}
    assert "V1" in codes
    assert [code for code in sorted(codes) if code in procedure(code).danish] == []


def test_an_unknown_procedure_is_called_by_its_code() -> None:
    assert procedure("Q9").danish == "procedure Q9"
