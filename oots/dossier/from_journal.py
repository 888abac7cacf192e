"""What the journals of one service, or of all services of a town, have of an exchange; they may run meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from oots.dossier.material import Event, Material, MessageMaterial, PreviewRecord
from oots.dossier.messages import header_in
from oots.exchange.journal import Entry
from oots.exchange.journals import Journals, Line, Told, journals_in
from oots.model.errors import ConfigurationError, TransportError
from oots.trust.anchors import TrustAnchors
from oots.trust.keys import KeyPair, has_key, load_key_pair

REQUESTER_KEY: Final = "dossier-requester"
PROVIDER_KEY: Final = "dossier-provider"
_TRUST: Final = "trust.pem"
_FACTS: Final = (
    "message_id",
    "request_id",
    "response_id",
    "error_code",
    "detail",
    "decision",
    "signer",
    "specification",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the journals are: `state` is a service's or a town's folder; `keys` the folder with trust.pem and the
    dossier keys, where it is another than the town's."""

    state: Path
    vault_key: Path | None = None
    database_url: str | None = None
    keys: Path | None = None


def material_of_journal(exchange_id: str, at: Place, *, specimens: bool = False) -> Material:
    """Raises ConfigurationError where no journal there knows the exchange, and for keys that are missing or do not
    fit."""
    told = Journals(journals_in(at.state, at.vault_key, at.database_url)).of_exchange(exchange_id)
    lines = told.lines
    if not lines:
        raise ConfigurationError(f"no journal in {at.state} knows the exchange {exchange_id}")
    keys = at.keys or _keys(at.state)
    return Material(
        exchange_id=exchange_id,
        messages=tuple(_messages(told)),
        events=tuple(_event(line) for line in lines),
        preview=_preview(lines),
        anchors=TrustAnchors.from_pem(_read(keys / _TRUST), allow_specimens=specimens),
        key=_key(keys, {line.service for line in lines}),
        sources=tuple(f"the journal of {source}" for source in sorted({line.service for line in lines})),
        procedure=_first(line.entry.procedure for line in lines),
        evidence_type=_first(line.entry.evidence_type for line in lines),
    )


def _keys(state: Path) -> Path:
    for folder in (state / "keys", state.parent / "keys"):
        if (folder / _TRUST).is_file():
            return folder
    raise ConfigurationError(f"no keys beside {state}: name their folder with --keys")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise ConfigurationError(f"{file}: {problem.strerror}") from None


def _key(keys: Path, sources: Iterable[str]) -> KeyPair:
    """The requester's key where its journal is among the sources, else the provider's."""
    wanted = REQUESTER_KEY if any(source.startswith("requester") for source in sources) else PROVIDER_KEY
    there = [name for name in (REQUESTER_KEY, PROVIDER_KEY) if has_key(keys, name)]
    return load_key_pair(keys, wanted if wanted in there or len(there) != 1 else there[0])


def _messages(told: Told) -> Iterator[MessageMaterial]:
    seen: set[str] = set()
    for entry in (line.entry for line in told.lines):
        if entry.soap is None or entry.document is None or entry.message_id in seen or entry.message_id is None:
            continue
        seen.add(entry.message_id)
        try:
            others = header_in(entry.soap).parts[1:]
        except TransportError:
            continue
        deleted: dict[str, bytes | None] = {info.content_id: None for info in others}
        yield MessageMaterial(entry.soap, entry.document, deleted, None, told.receipts.get(entry.message_id))


def _event(line: Line) -> Event:
    entry = line.entry
    facts = {name: str(value) for name in _FACTS if (value := getattr(entry, name))}
    for name, verdict in (("signature", entry.signature_valid), ("schema and rules", entry.schema_valid)):
        if verdict is not None:
            facts[name] = "valid" if verdict else "not valid"
    if entry.notes:
        facts["noted"] = ", ".join(note.rule for note in entry.notes)
    if entry.evidence:
        facts["evidence"] = ", ".join(f"sha256 {part.sha256} ({part.length} bytes)" for part in entry.evidence)
    return Event(entry.at, line.service, entry.entry.value, facts)


def _preview(lines: Sequence[Line]) -> PreviewRecord:
    opened = [line.entry for line in lines if line.entry.entry is Entry.PREVIEW_OPENED]
    decided = [line.entry for line in lines if line.entry.entry is Entry.PREVIEW_DECIDED]
    return PreviewRecord(
        opened_at=opened[0].at if opened else None,
        shown=tuple(dict.fromkeys(part.sha256 for entry in opened for part in entry.evidence)),
        decided_at=decided[-1].at if decided else None,
        decision=decided[-1].decision if decided else None,
    )


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)
