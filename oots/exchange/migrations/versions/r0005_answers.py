"""What authorities said about revocation, kept beside the journal."""

from __future__ import annotations

from alembic import op

from oots.exchange.schema import ANSWER

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    ANSWER.create(op.get_bind(), checkfirst=True)
