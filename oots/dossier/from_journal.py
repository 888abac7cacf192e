"""What the journals of one service, or of all services of a town, have of an exchange; they may run meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from oots.dossier.material import Event, Material, MessageMaterial, PreviewRecord, Storage
from oots.dossier.messages import header_in, joined_message, stated_digests
from oots.edelivery import compression, mime
from oots.edelivery.header import CID, PartInfo, UserMessage
from oots.edelivery.mime import MimePart
from oots.edelivery.shape import ProfileError
from oots.exchange.held_evidence import HeldEvidence
from oots.exchange.journal import Entry
from oots.exchange.journals import Journals, Line, Told, journals_in
from oots.exchange.purge import kept_until
from oots.model.content import sha256_of, whole
from oots.model.errors import ConfigurationError, TransportError
from oots.trust.anchors import TrustAnchors
from oots.trust.keys import KeyPair, has_key, load_key_pair

_REQUESTER: Final = "requester"
_FORMER: Final = {"AP_LT_01": "dossier-requester", "AP_DK_01": "dossier-provider"}
"""The parties that had dossier keys first: theirs are called by what they do."""
_TRUST: Final = "trust.pem"
SCENARIOS: Final = "scenarios.json"
"""In the folder of a town in which scenarios were told: what was expected of each exchange, by its id."""
Criteria = Callable[[str, str | None], Mapping[str, str]]
"""What has to come of a case and a piece of it, by their keys; nothing for one that it does not know."""
_SENT: Final = (Entry.REQUEST_SENT, Entry.RESPONSE_SENT, Entry.EXCEPTION_SENT)
_RECEIVED: Final = (Entry.REQUEST_RECEIVED, Entry.RESPONSE_RECEIVED, Entry.EXCEPTION_RECEIVED)
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


def material_of_journal(
    exchange_id: str,
    at: Place,
    criteria: Criteria = lambda case, piece: {},
    moments: Collection[datetime] = (),
    *,
    specimens: bool = False,
) -> Material:
    """`criteria` knows the cases of portals; what a scenario expected is found in the folder that it left. At
    `moments` the dossier and its review are signed: what was believed about revocation then goes along.

    Raises ConfigurationError where no journal there knows the exchange, and for keys that are missing or do not fit.
    """
    journals = Journals(journals_in(at.state, at.vault_key, at.database_url))
    keys = at.keys or _keys(at.state)
    anchors = TrustAnchors.from_pem(_read(keys / _TRUST), allow_specimens=specimens)
    material = material_of(exchange_id, journals, anchors, lambda parties: _key(keys, parties), criteria, moments)
    return replace(material, expected=_of_scenario(at.state, exchange_id) or material.expected)


def _of_scenario(state: Path, exchange_id: str) -> Mapping[str, str]:
    """What was expected of an exchange that a scenario began, and what came of it."""
    for folder in (state, state.parent):
        with suppress(OSError, ValueError, AttributeError):
            if told := json.loads((folder / SCENARIOS).read_bytes()).get(exchange_id):
                return {str(name): str(value) for name, value in told.items()}
    return {}


def material_of(
    exchange_id: str,
    journals: Journals,
    anchors: TrustAnchors,
    key: Callable[[Mapping[str, str]], KeyPair],
    criteria: Criteria = lambda case, piece: {},
    moments: Collection[datetime] = (),
) -> Material:
    """The same of journals that are at hand; `key` gives what will sign for whoever took part: the party of each
    service.

    Raises ConfigurationError where none of them knows the exchange.
    """
    told = journals.of_exchange(exchange_id)
    lines = told.lines
    if not lines:
        raise ConfigurationError(f"no journal of {', '.join(journals.services)} knows the exchange {exchange_id}")
    services, held = sorted({line.service for line in lines}), journals.held(lines)
    return Material(
        exchange_id=exchange_id,
        messages=tuple(_messages(told, held)),
        events=tuple(_event(line) for line in lines),
        preview=_preview(lines),
        anchors=anchors,
        key=key(_parties(lines)),
        sources=tuple(f"the journal of {service}" for service in services),
        procedure=_first(line.entry.procedure for line in lines),
        evidence_type=_first(line.entry.evidence_type for line in lines),
        expected={name: value for case in journals.cases(lines) for name, value in criteria(*case).items()},
        answers=journals.answers(lines, moments),
        fields=tuple(dict.fromkeys(field for line in lines for field in line.entry.fields)),
        storage=tuple(_storage(service, lines, held) for service in services),
    )


def _storage(service: str, lines: Sequence[Line], held: Sequence[HeldEvidence]) -> Storage:
    entries = [line.entry for line in lines if line.service == service]
    deleted = [entry.at for entry in entries if entry.entry is Entry.EVIDENCE_DELETED]
    until = kept_until(max(entry.at for entry in entries))
    holds = any(each.service == service for each in held)
    return Storage(service, until, deleted[-1] if deleted else None, holds_evidence=holds)


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


def dossier_key(party_id: str) -> str:
    """The stem of the key files with which a party signs dossiers."""
    return _FORMER.get(party_id) or f"dossier-{party_id.lower().replace('_', '-')}"


def _parties(lines: Sequence[Line]) -> dict[str, str]:
    """As which party each service took part: as the one that its messages are from, or else to."""
    messages = [line for line in lines if line.entry.soap is not None and line.entry.entry in (*_SENT, *_RECEIVED)]
    messages.sort(key=lambda line: line.entry.entry in _SENT)
    parties: dict[str, str] = {}
    for line in messages:
        with suppress(TransportError):
            header = header_in(line.entry.soap or b"")
            parties[line.service] = (header.sender if line.entry.entry in _SENT else header.receiver).value
    return parties


def _key(keys: Path, parties: Mapping[str, str]) -> KeyPair:
    """That of a requester whose journal is among those that were read, else of another service that took part, else one
    of those that were there first."""
    took_part = sorted(parties, key=lambda name: (not name.startswith(_REQUESTER), name))
    former = sorted(_FORMER.values(), reverse=not took_part or took_part[0].startswith(_REQUESTER))
    names = [*(dossier_key(parties[service]) for service in took_part), *former]
    return load_key_pair(keys, next((name for name in names if has_key(keys, name)), names[0]))


def _messages(told: Told, held: Sequence[HeldEvidence]) -> Iterator[MessageMaterial]:
    seen: set[str] = set()
    for entry in (line.entry for line in told.lines):
        if entry.soap is None or entry.document is None or entry.message_id in seen or entry.message_id is None:
            continue
        seen.add(entry.message_id)
        try:
            header = header_in(entry.soap)
            digests = stated_digests(entry.soap)
        except (TransportError, ProfileError):
            continue
        evidence = {info.content_id: _octets(info, digests, held) for info in header.parts[1:]}
        message = _whole(header, entry.soap, entry.document, evidence)
        arrived = message if message and message.digest == told.bodies.get(header.message_id) else None
        yield MessageMaterial(
            entry.soap,
            entry.document,
            evidence,
            joined_message(arrived.content_type, arrived.body) if arrived else None,
            told.receipts.get(entry.message_id),
        )


def _octets(info: PartInfo, digests: Mapping[str, str], held: Sequence[HeldEvidence]) -> bytes | None:
    """A part as it travelled, out of what a service still holds; None unless it has the digest that was signed."""
    for each in held:
        if each.part.content_id == info.content_id:
            try:
                content = whole(each.content)
            except ConfigurationError:  # deleted since its record was read
                continue
            octets = compression.compress(content) if info.compressed else content
            if sha256_of(octets) == digests.get(CID + info.content_id):
                return octets
    return None


class _Whole(NamedTuple):
    content_type: str
    body: bytes

    @property
    def digest(self) -> str:
        return sha256_of(self.body)


def _whole(
    header: UserMessage, envelope: bytes, document: bytes, evidence: Mapping[str, bytes | None]
) -> _Whole | None:
    """The message put together again, as this software does; None where a part is missing."""
    parts = []
    for info, octets in zip(header.parts, (document, *evidence.values()), strict=False):
        if octets is None:
            return None
        parts.append(MimePart(info.content_id, compression.GZIP if info.compressed else info.media_type, octets))
    return _Whole(*mime.write(envelope, parts, header.message_id))


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
