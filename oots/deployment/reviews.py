"""The review of an exchange, read out of an inspector's store from outside; the inspector may run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter
from sqlalchemy import select

from oots.database.reading import reading
from oots.database.sqlite import DATABASE
from oots.deployment.services import Kind
from oots.exchange.dictionary import Dictionary
from oots.exchange.schema import EXCHANGE, place
from oots.exchange.store import VAULT_KEY
from oots.review.record import Review, State
from oots.review.signing import report_of
from oots.trust.vault import Vault

_REVIEWS = TypeAdapter(Review)


def review_in(state: Path, exchange_id: str) -> Mapping[str, object] | None:
    """What the inspector of a town (its state folder) has of the exchange; None where nobody has reviewed it.

    Raises ConfigurationError where its store cannot be read.
    """
    folder = state / Kind.INSPECTOR
    if not (folder / DATABASE).is_file():
        return None
    with reading(folder) as connection:
        kept = connection.execute(
            select(EXCHANGE.c.state, EXCHANGE.c.record).where(EXCHANGE.c.exchange_id == exchange_id)
        ).first()
        if kept is None:
            return None
        vault = Vault.from_file(folder / VAULT_KEY, create=False)
        packing = Dictionary.opened(connection, vault).packing(connection, vault)
        review = _REVIEWS.validate_json(packing.open(kept.record, place(EXCHANGE, exchange_id)))
        return report_of(State(kept.state), review)
