"""The file of a dossier: a zip of one form only, so that no byte of it is free. Nothing is extracted to disk.

Members are stored, not compressed: what a reader holds is never larger than the file, and equal members give equal
bytes with every library. The manifest and its signature come first, all others in order of their names.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.jws"
LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a whole dossier."""
MOST_MEMBERS: Final = 2000
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*){0,4}")
_LONGEST_NAME: Final = 200
_ENCRYPTED: Final = 0x1
_MODE: Final = stat.S_IFREG | 0o644
_ALWAYS: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3


class NoDossierError(Exception):
    """The file is no zip that could be looked into; the text is for people."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file of a dossier, in a sentence without a full stop; `file` is its name in there, or empty
    for the dossier as a whole."""

    file: str
    why: str


class BrokenContainerError(Exception):
    """The zip has not the form of a dossier."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.file}: {fault.why}" for fault in faults))
        self.faults = faults


def is_name(name: str) -> bool:
    """Whether a member may be called so: letters, digits, `.`, `_` and `-`, in folders that go down only."""
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


def packed(members: Mapping[str, bytes]) -> bytes:
    """The zip of these members; equal members give equal bytes. Raises ValueError for a name that none may have."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for name in sorted(members, key=_rank):
            if not is_name(name):
                raise ValueError(name)
            archive.writestr(_info(name), members[name])
    return target.getvalue()


def _rank(name: str) -> tuple[int, str]:
    return {MANIFEST: 0, SIGNATURE: 1}.get(name, 2), name


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name, _ALWAYS)
    info.compress_type = ZIP_STORED
    info.create_system = _UNIX
    info.external_attr = _MODE << 16
    return info


def read_dossier(path: Path) -> bytes:
    """The bytes of a file that could be a dossier; raises NoDossierError, or OSError."""
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise NoDossierError(f"larger than the {LARGEST // 1024**2} MB that a dossier may have")
    return data


def unpacked(data: bytes) -> dict[str, bytes]:
    """The members of a dossier by name.

    Raises BrokenContainerError naming every member that is not as a dossier has it, NoDossierError for what is no zip.
    """
    try:
        archive = ZipFile(BytesIO(data))
    except (BadZipFile, ValueError, OverflowError, NotImplementedError) as problem:
        raise NoDossierError("no zip file, or one that was cut off") from problem
    with archive:
        infos = archive.infolist()
        if len(infos) > MOST_MEMBERS:
            raise BrokenContainerError((Fault("", f"more than {MOST_MEMBERS} files"),))
        _refuse(tuple(_unlawful(infos)))
        if sum(info.file_size for info in infos) > len(data):
            raise BrokenContainerError((Fault("", "its files are larger than it is: they overlap"),))
        members: dict[str, bytes] = {}
        faults: list[Fault] = []
        for info in infos:
            try:
                members[info.filename] = archive.read(info)
            except (BadZipFile, EOFError, ValueError, OSError, NotImplementedError, RuntimeError):
                faults.append(Fault(info.filename, "its bytes are not those that the zip was made of"))
        _refuse(tuple(faults))
        _expect_order([info.filename for info in infos])
    if packed(members) != data:
        raise BrokenContainerError((Fault("", "something stands in the zip beside its files, or not as dossiers do"),))
    return members


def _refuse(faults: tuple[Fault, ...]) -> None:
    if faults:
        raise BrokenContainerError(faults)


def _unlawful(infos: list[ZipInfo]) -> Iterator[Fault]:
    seen: set[str] = set()
    for info in infos:
        name = info.orig_filename
        if not is_name(name):
            yield Fault(ascii(name)[1:-1][:_LONGEST_NAME], "a name that could lead out of the dossier, or mislead")
        elif name in seen:
            yield Fault(name, "twice in the zip")
        elif why := _unlike_a_file(info):
            yield Fault(name, why)
        seen.add(name)


def _unlike_a_file(info: ZipInfo) -> str | None:
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a symbolic link"
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    if info.compress_type != ZIP_STORED:
        return "compressed, while a dossier stores its files as they are"
    if info.compress_size != info.file_size:
        return "of another size than the zip says"
    return None


def _expect_order(names: list[str]) -> None:
    for found, expected in zip(names, sorted(names, key=_rank), strict=True):
        if found != expected:
            raise BrokenContainerError((Fault(found, f"out of order: {expected} comes first"),))
