"""An outbox whose messages are claimed and are gone once receipted; partners that rest; forms that ask once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from oots.exchange.schema import METADATA

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("DELETE FROM outbox WHERE state <> 'waiting'")
    op.drop_index("outbox_due", "outbox")
    op.execute("ALTER TABLE outbox RENAME COLUMN next_attempt TO due")
    op.add_column("outbox", sa.Column("owner", sa.String))
    op.add_column("outbox", sa.Column("why", sa.String))
    op.create_index("outbox_due", "outbox", ["state", "party_id", "due"], if_not_exists=True)
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"], if_not_exists=True)
    op.create_index("ix_request_noted_at", "request", ["noted_at"], if_not_exists=True)
    op.create_index("ix_request_exchange_id", "request", ["exchange_id"], if_not_exists=True)
    METADATA.create_all(op.get_bind())
