"""What can be printed of the documents that Danish authorities issue."""

from __future__ import annotations

from pathlib import Path

from oots.denmark import mapping
from oots.denmark.document_schema import schemas
from oots.denmark.samples import samples
from oots.model.clock import Clock


def overview() -> str:
    """All evidence types, as a Markdown table."""
    return "\n".join(mapping.overview())


def printed_mapping(name: str) -> str:
    """Where each element of an evidence type comes from; raises ConfigurationError for an unknown one."""
    return "\n".join(mapping.mapping(name))


def write_samples(folder: Path, clock: Clock) -> list[str]:
    """A sample of each document, dated today and without seals, into `folder`; returns the names of the files."""
    return _written(folder, dict(samples(clock.now())))


def write_schemas(folder: Path) -> list[str]:
    """Every XML schema as the data describe it, into `folder`; returns the names of the files."""
    return _written(folder, schemas())


def _written(folder: Path, files: dict[str, bytes]) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return list(files)
