"""The hostile files themselves, kept for other people's verifiers: `evidence_samples/attacks/`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509

from oots.exchange.verification import UnreadableError, examine_file
from oots.model.clock import iso
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE
from oots.trust.kept_lists import kept_lists
from oots.trust.keys import KeyPair
from oots.trust.register import RevocationRegister, revoke
from oots.trust.revocation_answers import revocation_list
from tests.support.attacks import Area, Attack, Refused
from tests.support.doors import Door, specimen_key, specimen_keys
from tests.support.stray_keys import certified
from tests.support.two_sides import START

Tried = tuple[Attack[object], Refused]
VECTORS = Path(__file__).parents[2] / "evidence_samples" / "attacks"
INDEX = "index.json"
CONTROL = "control.mime"
REVOKED = "a_revoked_certificate.mime"
LISTS = ("issuing-ca.crl", "root-ca.crl")
MOST_BYTES = 32 * 1024
_BY_CONTEXT = (Area.REPLAY, Area.MESSAGE)
_LIST_LIFE = timedelta(days=3650)
_ENDINGS = {"application/xml": ".xml", "application/pdf": ".pdf"}


@dataclass(frozen=True)
class Vector:
    """One line of the index: a file, what was done to it, and what `oots verify` says of it."""

    file: str
    area: str
    does: str
    problem: str


def anchors(folder: Path) -> TrustAnchors:
    """The authorities of the vectors, with the lists that lie beside them."""
    return TrustAnchors.from_pem(
        (folder / TRUST_FILE).read_bytes(),
        revocations=kept_lists(folder / name for name in LISTS),
        allow_specimens=True,
    )


def vector_of(attack: Attack[object], refused: Refused) -> tuple[str, bytes] | None:
    """What an attack sent, if it is hostile by itself and not by its size or its context."""
    if refused.sent is None or attack.area in _BY_CONTEXT:
        return None
    content_type, body = refused.sent
    return refused.sent if len(body) <= MOST_BYTES and "\n" not in content_type else None


def write_vectors(folder: Path, door: Door, tried: Iterable[Tried]) -> None:
    """Write the files anew, with a control that verifies, the authorities, their lists, and the index."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copyfile(specimen_keys() / TRUST_FILE, folder / TRUST_FILE)
    control, revoked = door.small(), door.sealed(None, door.part(), key=certified("AP_LT_01"))
    _write_message(folder / CONTROL, control.content_type, control.body)
    _write_message(folder / REVOKED, revoked.content_type, revoked.body)
    _write_lists(folder, certified("AP_LT_01"))
    files = {REVOKED: (Area.CERTIFICATE, "Signs with a key whose certificate was revoked an hour before.")}
    for attack, refused in tried:
        if sent := vector_of(attack, refused):
            file = _write(folder / attack.name, *sent)
            files[file.name] = (attack.area, attack.does)
    believed = anchors(folder)
    index = []
    for name, (area, does) in sorted(files.items()):
        problem = problem_of(folder / name, believed)
        assert problem, f"{name} verifies"
        index.append(Vector(name, area, does, problem))
    told = {"at": iso(START), "vectors": [asdict(vector) for vector in index]}
    (folder / INDEX).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def problem_of(file: Path, believed: TrustAnchors) -> str | None:
    """What is wrong with a file, in the words of `oots verify`, which does not judge what cannot be read at all."""
    try:
        return examine_file(file, believed, START).problem
    except UnreadableError as unreadable:
        return str(unreadable)


def read_index(folder: Path) -> list[Vector]:
    """The lines of the index."""
    return [Vector(**line) for line in json.loads((folder / INDEX).read_text())["vectors"]]


def _write(stem: Path, media_type: str, content: bytes) -> Path:
    ending = _ENDINGS.get(media_type)
    file = stem.with_suffix(ending or ".mime")
    if ending is None:
        _write_message(file, media_type, content)
    else:
        file.write_bytes(content)
    return file


def _write_message(file: Path, content_type: str, body: bytes) -> None:
    file.write_bytes(f"Content-Type: {content_type}\r\n\r\n".encode("latin-1") + body)


def _write_lists(folder: Path, revoked: KeyPair) -> None:
    at, reason = START - timedelta(hours=1), x509.ReasonFlags.key_compromise
    revoke(folder, revoked.certificate, at, reason, party="AP_LT_01", name="stray")
    register = RevocationRegister(folder / "revoked.json")
    for name in LISTS:
        listed = revocation_list(specimen_key(name.removesuffix(".crl")), register, START, _LIST_LIFE)
        (folder / name).write_bytes(listed)
    (folder / "revoked.json").unlink()
