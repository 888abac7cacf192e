"""The demo authority: root, issuing authority and every participant's certificate, declared in one place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from oots.model.errors import ConfigurationError
from oots.trust.certificates import Role, bound_party, is_specimen
from oots.trust.files import locked, write_public, write_whole
from oots.trust.issuing import (
    CLOCK_TOLERANCE,
    ISSUING,
    ROOT,
    SPECIMEN_TERMS,
    Participant,
    Terms,
    authority_certificate,
    leaf_certificate,
    names_policy,
    new_key,
)
from oots.trust.keys import (
    KeyPair,
    PrivateKey,
    certificate_path,
    has_key,
    key_path,
    load_key_pair,
    pem_of,
    pkcs8_of,
    private_key_of,
    read_certificates,
    token_path,
)
from oots.trust.rotation import finish_rotations

TRUST_FILE = "trust.pem"


def init_keys(directory: Path, participants: Sequence[Participant], now: datetime) -> None:
    """Create what is missing in `directory` (mode 0700): authority, participants' keys (0600) and `trust.pem`.

    Keys that sign or decrypt messages are RSA 3072, all others P-256; a participant's certificate ends after 825 days.
    What exists is kept and not renewed; only a certificate that does not name the demo's policy is issued anew, for the
    same key. Each file appears whole or not at all, the key before its certificate, so the next run completes an
    interrupted one, and an interrupted rotation too. Raises ConfigurationError for broken files, for a key bound
    to another party, and for a certificate whose key is gone: a new key would be a new identity.
    """
    _init(directory, participants, Terms(now - CLOCK_TOLERANCE))


def init_specimen_keys(directory: Path, participants: Sequence[Participant]) -> None:
    """As `init_keys`, but marked test keys, valid for ten years from 2026-01-01, refused by `TrustAnchors` by default.

    They are made once and kept with the tests: byte-stable specimens need the same keys ever after.
    """
    _init(directory, participants, SPECIMEN_TERMS)


def export_party(directory: Path, target: Path, names: Sequence[str], others: Sequence[str] = ()) -> None:
    """Write the keys called `names`, the certificates called `others` and `trust.pem` into a party's own folder
    `target` (0700), and nothing else.

    A key in a token stays there: only the file that says where is written, and no PIN. Raises ConfigurationError when
    one is missing or broken.
    """
    _make_private(target)
    for name in names:
        load_key_pair(directory, name)
        _copy_key_pair(directory, target, name)
    for name in others:
        read_certificates(certificate_path(directory, name))
        write_public(certificate_path(target, name), certificate_path(directory, name).read_bytes())
    write_public(target / TRUST_FILE, _read_trust(directory))


def export_specimen_keys(directory: Path, target: Path) -> None:
    """Write all keys and `trust.pem` of a folder of specimens into `target`, with the modes that version control loses.

    Raises ConfigurationError when a certificate is not marked as a specimen.
    """
    _make_private(target)
    names = sorted(path.name.removesuffix(".key.pem") for path in directory.glob("*.key.pem"))
    for name in names:
        if not all(is_specimen(link) for link in read_certificates(certificate_path(directory, name))):
            raise ConfigurationError(f"{certificate_path(directory, name)} is no specimen")
        _copy_key_pair(directory, target, name)
    write_public(target / TRUST_FILE, _read_trust(directory))


def lost_key(directory: Path, name: str) -> str:
    """What to do about a certificate called `name` whose private key is gone, in one sentence."""
    missing = f"{key_path(directory, name)} is missing"
    if name in (ROOT, ISSUING):
        return f"{missing}, so nothing can be issued any more: put it back"
    return (
        f"{missing}, the key of a certificate that is there: put it back; or revoke the certificate "
        f"(`oots keys revoke {name}`), remove {certificate_path(directory, name).name}, and `oots keys init` makes "
        "both anew"
    )


def _init(directory: Path, participants: Sequence[Participant], terms: Terms) -> None:
    _make_private(directory)
    with locked(directory):
        finish_rotations(directory)
        root = _authority(directory, ROOT, "root CA", terms, issuer=None)
        issuing = _authority(directory, ISSUING, "issuing CA", terms, issuer=root)
        write_public(directory / TRUST_FILE, pem_of(root.certificate, issuing.certificate))
        for participant in participants:
            _participant(directory, participant, issuing, terms)


def _authority(directory: Path, name: str, title: str, terms: Terms, issuer: KeyPair | None) -> KeyPair:
    if not has_key(directory, name) and certificate_path(directory, name).exists():
        raise ConfigurationError(lost_key(directory, name))
    key = _kept_or_new_key(directory, name, Role.SEAL)
    kept = load_key_pair(directory, name) if certificate_path(directory, name).exists() else None
    if kept is None or (issuer is not None and not names_policy(kept.certificate)):
        certificate = authority_certificate(key, title, terms, issuer)
        write_public(certificate_path(directory, name), pem_of(certificate))
    return load_key_pair(directory, name)


def _participant(directory: Path, participant: Participant, issuing: KeyPair, terms: Terms) -> None:
    path = certificate_path(directory, participant.name)
    if path.exists() and not has_key(directory, participant.name):
        raise ConfigurationError(lost_key(directory, participant.name))
    kept = load_key_pair(directory, participant.name) if path.exists() else None
    key = kept.private_key if kept else _kept_or_new_key(directory, participant.name, participant.role)
    if kept is not None and bound_party(kept.certificate) != participant.party:
        raise ConfigurationError(f"{path} is bound to another party than {participant.party_id}")
    if kept is None or not names_policy(kept.certificate):
        write_public(path, pem_of(leaf_certificate(key, participant, terms, issuing), issuing.certificate))


def _kept_or_new_key(directory: Path, name: str, role: Role) -> PrivateKey:
    if not has_key(directory, name):
        write_whole(key_path(directory, name), pkcs8_of(new_key(role)), mode=0o600)
    return private_key_of(directory, name)


def _read_trust(directory: Path) -> bytes:
    try:
        return (directory / TRUST_FILE).read_bytes()
    except OSError:
        raise ConfigurationError(f"{directory / TRUST_FILE} is missing or unreadable") from None


def _copy_key_pair(directory: Path, target: Path, name: str) -> None:
    if token_path(directory, name).exists():
        write_public(token_path(target, name), token_path(directory, name).read_bytes())
    else:
        write_whole(key_path(target, name), key_path(directory, name).read_bytes(), mode=0o600)
    write_public(certificate_path(target, name), certificate_path(directory, name).read_bytes())


def _make_private(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
