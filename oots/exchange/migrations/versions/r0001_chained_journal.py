"""A journal with links, and everything sealed for its place."""

from __future__ import annotations

from alembic import context, op

from oots.exchange.chaining import chain_journal

revision = "0001"
down_revision = None


def upgrade() -> None:
    upgrading = context.config.attributes["upgrading"]
    chain_journal(op.get_bind(), upgrading.vault, upgrading.files, upgrading.now)
