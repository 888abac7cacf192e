"""What a certificate costs, per municipality and year, and what becomes of the fee when it is asked for from abroad."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from oots.denmark.document_model import DATA, Table, definitions, read
from oots.denmark.municipality import municipalities
from oots.model.issuing import Fee, FeePolicy


class _Rate(Table):
    evidence_types: tuple[str, ...]
    year: Annotated[int, Field(ge=2000, le=2100)]
    amount: Annotated[Decimal, Field(ge=0, decimal_places=2)]
    policy: FeePolicy

    @model_validator(mode="after")
    def _about_what_has_a_fee(self) -> _Rate:
        charged = {each.id for each in definitions().values() if each.fee}
        if unknown := sorted(set(self.evidence_types) - charged):
            raise ValueError(f"no evidence type with a fee: {', '.join(unknown)}")
        return self


class _OwnRate(_Rate):
    kommunekode: str

    @model_validator(mode="after")
    def _of_a_municipality(self) -> _OwnRate:
        if self.kommunekode not in municipalities():
            raise ValueError("kommunekode: no Danish municipality has this code")
        return self


class FeeTable(Table):
    """`[[default]]` rates and those of a `[[municipality]]` of its own."""

    default: tuple[_Rate, ...] = ()
    municipality: tuple[_OwnRate, ...] = ()

    def fee(self, kommunekode: str, evidence_type: str, year: int) -> Fee | None:
        """The newest rate that is not of a later year: the municipality's own, else the default; None: free."""
        own = (rate for rate in self.municipality if rate.kommunekode == kommunekode)
        found = _newest(own, evidence_type, year) or _newest(self.default, evidence_type, year)
        return None if found is None or not found.amount else Fee(found.amount, found.policy, year)


def _newest(rates: Iterable[_Rate], evidence_type: str, year: int) -> _Rate | None:
    fitting = (rate for rate in rates if evidence_type in rate.evidence_types and rate.year <= year)
    return max(fitting, key=lambda rate: rate.year, default=None)


def load_fees(file: Path) -> FeeTable:
    """The rates of a TOML file; raises ConfigurationError that names every fault by file, place and field."""
    return read(file, FeeTable)


@cache
def _standard() -> FeeTable:
    return load_fees(DATA / "fees.toml")


def fee_of(kommunekode: str, evidence_type: str, year: int) -> Fee | None:
    """What an evidence type (by its id) costs in a municipality that year; None where it is free."""
    return _standard().fee(kommunekode, evidence_type, year)
