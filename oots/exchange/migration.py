"""Makes the tables of a new store, and brings those of an older one up to date, step by step (Alembic)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, Table, Text, insert, inspect, select

from oots.exchange.chain import Chain, open_chain, start_chain
from oots.exchange.evidence_files import EvidenceFiles
from oots.exchange.schema import METADATA
from oots.exchange.subjects import make_subject_key
from oots.model.errors import ConfigurationError
from oots.trust.vault import Vault

REVISION = "0006"
"""The step whose tables `schema` describes."""

_CHAINED = "0001"
_VERSION = Table("alembic_version", MetaData(), Column("version_num", Text, primary_key=True))
_STEPS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Upgrading:
    """What the steps need besides the connection."""

    vault: Vault
    files: EvidenceFiles
    now: datetime


def is_new(connection: Connection) -> bool:
    """Whether there is no store yet."""
    return not inspect(connection).has_table("journal")


def prepare(connection: Connection, vault: Vault, files: EvidenceFiles, now: datetime) -> Chain:
    """The tables as this version wants them, in the caller's transaction; returns the chain of their journal.

    Raises ConfigurationError where a newer version has written the store, and where something sealed does not open.
    """
    if is_new(connection):
        METADATA.create_all(connection)
        _VERSION.create(connection)
        connection.execute(insert(_VERSION).values(version_num=REVISION))
        make_subject_key(connection, vault)
        return start_chain(connection, vault)
    expect_known(connection)
    if _revision(connection) != REVISION:
        _upgrade(connection, Upgrading(vault, files, now))
    return open_chain(connection, vault)


def expect_known(connection: Connection) -> None:
    """Raises ConfigurationError where a newer version has written the store."""
    revision = _revision(connection)
    if revision is not None and revision > REVISION:
        raise ConfigurationError(
            f"the store was written by a newer version of OOTS-DK (tables {revision}, this version knows {REVISION}); "
            "start that version, or restore a backup from before it"
        )


def expect_current(connection: Connection) -> None:
    """Raises ConfigurationError for tables of any other version, and where there are none."""
    if is_new(connection):
        raise ConfigurationError("there is no store in the database yet")
    expect_known(connection)
    if _revision(connection) != REVISION:
        raise ConfigurationError(
            "the store was written by an older version of OOTS-DK; its service brings it up to date when it starts"
        )


def _revision(connection: Connection) -> str | None:
    """None before there was a chain."""
    inspector = inspect(connection)
    if inspector.has_table(_VERSION.name):
        return connection.execute(select(_VERSION.c.version_num)).scalar()
    chained = "link" in {column["name"] for column in inspector.get_columns("journal")}
    return _CHAINED if chained else None


def _upgrade(connection: Connection, upgrading: Upgrading) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_STEPS))
    config.attributes.update(connection=connection, upgrading=upgrading)
    revision = _revision(connection)
    if revision is not None and not inspect(connection).has_table(_VERSION.name):
        command.stamp(config, revision)
    command.upgrade(config, REVISION)
