"""What a run has left in its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from oots.dossier.container import is_name
from oots.dossier.material import Event, Material, MessageMaterial, PreviewRecord
from oots.dossier.messages import header_in, is_encrypted, parts_of
from oots.edelivery.header import EXCEPTION_RESPONSE, EXECUTE_QUERY_REQUEST, UserMessage
from oots.model.errors import ConfigurationError, MessageError, TransportError
from oots.trust.anchors import TrustAnchors
from oots.trust.keys import KeyPair, load_key_pair
from oots.validation.folder import RUN, Listed, listed_in

KEY: Final = "dossier-requester"
"""The key files that a run leaves in its folder: those of the party that has heard everything, the requester."""
_TRUST: Final = "trust.pem"


def is_run(folder: Path) -> bool:
    """Whether a run has written this folder."""
    return (folder / RUN).is_file()


def material_of_run(folder: Path, keys: Path | None = None, *, specimens: bool = False) -> Material:
    """The exchange of a run, to be signed with the key in its folder, or in `keys`.

    Raises ConfigurationError for a folder whose files are not what its list says, and without a key; OSError.
    """
    try:
        listed = listed_in(folder)
    except MessageError as fault:
        raise ConfigurationError(f"{folder / RUN}: {fault.why}") from None
    told = json.loads((folder / RUN).read_bytes())
    messages = tuple(_message(folder, each) for each in listed)
    preview = _preview(told)
    return Material(
        exchange_id=_text(told, "exchange_id") or "",
        messages=messages,
        events=tuple(sorted(_events(messages, preview), key=lambda event: event.at)),
        preview=preview,
        anchors=TrustAnchors.from_pem((folder / _TRUST).read_bytes(), allow_specimens=specimens),
        key=_key(folder, keys),
        sources=("the folder of a run: what was heard on the wire between the access points",),
        expected={
            name: value
            for name, value in (
                ("journey", _text(told, "scenario")),
                ("expected outcome", _text(told, "expected")),
                ("outcome", _text(told, "outcome")),
            )
            if value
        },
        answers=tuple((folder / name).read_bytes() for name in _answers(told)),
    )


def _answers(told: Mapping[str, Any]) -> Iterator[str]:
    """The files of the answers about revocation; raises ConfigurationError for a name that leads elsewhere."""
    listed = told.get("revocation")
    for name in listed if isinstance(listed, list) else ():
        if not isinstance(name, str) or not is_name(name):
            raise ConfigurationError(f"{RUN}: a file about revocation with an unlawful name")
        yield name


def _key(folder: Path, keys: Path | None) -> KeyPair:
    try:
        return load_key_pair(keys or folder, KEY)
    except ConfigurationError as fault:
        raise ConfigurationError(
            f"{fault}; a dossier is signed with it: make the run again, or name a folder with --keys"
        ) from None


def _text(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    return value if isinstance(value, str) else None


def _message(folder: Path, listed: Listed) -> MessageMaterial:
    if listed.message is None:
        raise ConfigurationError(f"{folder / RUN}: a message without its bytes")
    file = folder / listed.message
    data = file.read_bytes()
    try:
        envelope, parts = parts_of(data)
        if is_encrypted(envelope):
            raise ConfigurationError(
                f"{file}: its parts are encrypted for their receiver; make the dossier out of a journal of the exchange"
            )
        first, *others = [info.content_id for info in header_in(envelope).parts]
        return MessageMaterial(
            envelope,
            parts[first],
            {name: parts[name] for name in others},
            data,
            (folder / listed.receipt).read_bytes() if listed.receipt else None,
        )
    except (TransportError, ValueError, KeyError):
        raise ConfigurationError(f"{file}: no message that can be taken apart") from None


def _preview(told: Mapping[str, Any]) -> PreviewRecord:
    preview = told.get("preview")
    preview = preview if isinstance(preview, dict) else {}
    listed = told.get("evidence")
    shown = [each.get("sha256_shown") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return PreviewRecord(
        _moment(preview, "opened_at"),
        tuple(each for each in shown if isinstance(each, str)),
        _moment(preview, "decided_at"),
        _text(preview, "decision"),
    )


def _moment(told: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(told, name)
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigurationError(f"{RUN}: {name} is no moment") from None


def _events(messages: Sequence[MessageMaterial], preview: PreviewRecord) -> Iterator[Event]:
    for message in messages:
        header = header_in(message.envelope)
        yield Event(header.timestamp, header.sender.value, f"{sort_of(header)}-sent", facts_of(header))
        if message.receipt is not None:
            facts = {"message_id": header.message_id}
            yield Event(header.timestamp, header.receiver.value, "receipt-given", facts)
    if preview.opened_at:
        yield Event(preview.opened_at, "preview space", "preview-opened", {})
    if preview.decided_at:
        yield Event(preview.decided_at, "preview space", "preview-decided", {"decision": preview.decision or ""})


def sort_of(header: UserMessage) -> str:
    """Request, exception or response, as the header says."""
    if header.action == EXECUTE_QUERY_REQUEST:
        return "request"
    return "exception" if header.action == EXCEPTION_RESPONSE else "response"


def facts_of(header: UserMessage) -> dict[str, str]:
    """The identifiers by which a message is known."""
    facts = {"message_id": header.message_id, "from": header.sender.value, "to": header.receiver.value}
    return facts | ({"answers": header.ref_to_message_id} if header.ref_to_message_id else {})
