"""Papers that a service keeps beside its exchanges."""

from __future__ import annotations

from alembic import op

from oots.exchange.schema import PAPER

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    PAPER.create(op.get_bind(), checkfirst=True)
