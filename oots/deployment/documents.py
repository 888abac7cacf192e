"""What can be printed of the documents that Danish authorities issue."""

from __future__ import annotations

from pathlib import Path

from oots.denmark import mapping
from oots.denmark.document_schema import schemas


def overview() -> str:
    """All evidence types, as a Markdown table."""
    return "\n".join(mapping.overview())


def printed_mapping(name: str) -> str:
    """Where each element of an evidence type comes from; raises ConfigurationError for an unknown one."""
    return "\n".join(mapping.mapping(name))


def write_schemas(folder: Path) -> list[str]:
    """Every XML schema as the data describe it, into `folder`; returns the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = schemas()
    for name, content in written.items():
        (folder / name).write_bytes(content)
    return list(written)
