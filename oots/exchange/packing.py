"""Makes what is kept small, bit for bit: most of a message is the same in every other, and so are the certificates."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import cache
from pathlib import Path

import zstandard

from oots.exchange.shortening import MARK, NAME_BYTES, lengthen, name_of, shorten
from oots.model.errors import ConfigurationError

SKELETON = Path(__file__).parent / "skeleton.bin"
"""What messages, receipts, journal entries and records have in common, made out of specimens by `make skeleton`."""

_PACKED, _SHORTENED = b"\x01", b"\x02"
"""The first octet of what is packed. What an earlier version kept is XML or JSON, and begins with neither."""
_LEVEL = 9


@cache
def skeleton() -> bytes:
    """What this version packs with."""
    return SKELETON.read_bytes()


@cache
def _skeleton_name() -> bytes:
    return name_of(skeleton())


def pack(data: bytes, known: Container[bytes]) -> bytes:
    """`data` compressed beside the skeleton; of the certificates in it (DER) only the name stays if it is `known`."""
    marker, text = (_PACKED, data) if MARK in data else (_SHORTENED, shorten(data, known))
    return marker + _skeleton_name() + compress(text, skeleton())


def compress(data: bytes, alike: bytes) -> bytes:
    """`data` as a frame of Zstandard (RFC 8878) that does not say again what stands in `alike`."""
    return zstandard.ZstdCompressor(dict_data=_dictionary(alike), level=_LEVEL, write_dict_id=False).compress(data)


def unpack(packed: bytes, piece: Callable[[bytes], bytes]) -> bytes:
    """What was packed; what an earlier version kept as it was comes back as it is. `piece` gives skeletons and
    certificates by their names.

    Raises ConfigurationError for what was not packed here.
    """
    marker, name, compressed = packed[:1], packed[1 : 1 + NAME_BYTES], packed[1 + NAME_BYTES :]
    if marker not in (_PACKED, _SHORTENED):
        return packed
    try:
        text = zstandard.ZstdDecompressor(dict_data=_dictionary(piece(name))).decompress(compressed)
        return text if marker == _PACKED else lengthen(text, piece)
    except (zstandard.ZstdError, ValueError) as fault:
        raise ConfigurationError("data at rest does not unpack") from fault


@cache
def _dictionary(alike: bytes) -> zstandard.ZstdCompressionDict:
    dictionary = zstandard.ZstdCompressionDict(alike, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    dictionary.precompute_compress(level=_LEVEL)
    return dictionary
