"""Large files at rest: sealed and opened chunk by chunk, and opened only as they were sealed."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from oots.model.content import CHUNK, whole
from oots.model.errors import ConfigurationError
from oots.trust import sealed_file
from oots.trust.sealed_file import SealedFile, Sealing, Stored

TAG = 16
CONTENT = hashlib.shake_256(b"evidence").digest(3 * CHUNK + 100)


def sealed(folder: Path, content: bytes = CONTENT, piece: int = 10_000) -> SealedFile:
    with Sealing(folder) as sealing:
        for start in range(0, len(content), piece):
            sealing.write(content[start : start + piece])
        return sealing.finish()


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_was_sealed_opens_again(tmp_path: Path, length: int) -> None:
    content = CONTENT[:length]
    file = sealed(tmp_path, content)
    assert whole(file) == content
    assert (file.length, file.sha256) == (length, hashlib.sha256(content).hexdigest())


def test_a_file_is_named_by_its_sealed_bytes_which_tell_nothing_of_its_content(tmp_path: Path) -> None:
    first, second = sealed(tmp_path), sealed(tmp_path)
    stored = (tmp_path / first.stored.name).read_bytes()
    assert hashlib.sha256(stored).hexdigest() == first.stored.name != second.stored.name
    assert (CONTENT[:16] in stored, first.stored.key in repr(first), first.stored.key == second.stored.key) == (
        False,
        False,
        False,
    )
    assert (tmp_path / first.stored.name).stat().st_mode & 0o777 == 0o600


def test_a_reader_finds_every_place(tmp_path: Path) -> None:
    plain = io.BytesIO(CONTENT)
    with sealed(tmp_path).open() as reader:
        for offset, whence in (
            (5, os.SEEK_SET),
            (CHUNK - 3, os.SEEK_SET),
            (-40, os.SEEK_END),
            (-CHUNK, os.SEEK_CUR),
            (10, os.SEEK_END),
        ):
            assert reader.seek(offset, whence) == plain.seek(offset, whence)
            assert reader.read(77) == plain.read(77)
            assert reader.tell() == plain.tell()
        with pytest.raises(ValueError, match="negative"):
            reader.seek(-1)


def test_a_file_appears_once_it_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[list[str]] = []
    fsync = os.fsync

    def fsync_and_tell(descriptor: int) -> None:
        synced.append([path.name for path in tmp_path.iterdir()])
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync_and_tell)
    file = sealed(tmp_path)
    (unfinished,), (finished,) = synced
    assert (unfinished.startswith("."), finished) == (True, file.stored.name)


def test_nothing_stays_of_what_is_not_finished(tmp_path: Path) -> None:
    with Sealing(tmp_path) as sealing:
        sealing.write(CONTENT)
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "a flipped bit": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "cut within a chunk": lambda data: data[:-1],
    "cut behind a chunk": lambda data: data[: 3 * (CHUNK + TAG)],
    "empty": lambda data: b"",
    "a byte more": lambda data: data + b"\0",
    "a chunk more": lambda data: data + data[: CHUNK + TAG],
    "two chunks swapped": lambda data: (
        data[CHUNK + TAG : 2 * (CHUNK + TAG)] + data[: CHUNK + TAG] + data[2 * (CHUNK + TAG) :]
    ),
    "a chunk twice": lambda data: data[: CHUNK + TAG] * 2 + data[2 * (CHUNK + TAG) :],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_file_does_not_open(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    file = sealed(tmp_path)
    assert whole(file) == CONTENT
    path = tmp_path / file.stored.name
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ConfigurationError, match="changed"):
        whole(file)


def test_a_file_cut_behind_a_chunk_does_not_open_as_a_shorter_one(tmp_path: Path) -> None:
    """Not even where the record says that it is shorter: the last chunk was sealed as such."""
    file = sealed(tmp_path, CONTENT[: 2 * CHUNK])
    shorter = SealedFile(tmp_path, replace(file.stored, length=CHUNK))
    path = tmp_path / file.stored.name
    path.write_bytes(path.read_bytes()[: CHUNK + TAG])
    with pytest.raises(ConfigurationError, match="changed"):
        whole(shorter)


def test_a_file_in_the_place_of_another_does_not_open(tmp_path: Path) -> None:
    mine, theirs = sealed(tmp_path), sealed(tmp_path)
    (tmp_path / theirs.stored.name).replace(tmp_path / mine.stored.name)
    with pytest.raises(ConfigurationError, match="changed"):
        whole(mine)
    with pytest.raises(ConfigurationError, match="missing"):
        whole(theirs)


def test_no_more_than_a_chunk_is_read_or_written_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    honest = sealed_file.AESGCM

    class Cipher:
        generate_key = staticmethod(honest.generate_key)

        def __init__(self, key: bytes) -> None:
            self._cipher = honest(key)

        def encrypt(self, nonce: bytes, data: bytes, more: None) -> bytes:
            asked.append(len(data))
            return self._cipher.encrypt(nonce, data, more)

        def decrypt(self, nonce: bytes, data: bytes, more: None) -> bytes:
            asked.append(len(data) - TAG)
            return self._cipher.decrypt(nonce, data, more)

    monkeypatch.setattr(sealed_file, "AESGCM", Cipher)
    file = sealed(tmp_path, piece=len(CONTENT))
    with file.open() as reader:
        while reader.read(1000):
            pass
    assert asked == [CHUNK, CHUNK, CHUNK, 100] * 2


def test_a_record_keeps_all_that_is_needed(tmp_path: Path) -> None:
    stored = sealed(tmp_path).stored
    again = Stored(stored.name, stored.key, stored.sha256, stored.length)
    assert whole(SealedFile(tmp_path, again)) == CONTENT
