"""Revocation lists in files, as they are kept with an exchange that is judged far from its authorities."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cryptography import x509

from oots.model.clock import SystemClock
from oots.model.errors import ConfigurationError
from oots.trust.revocation import Revocation, RevocationLists


def kept_lists(files: Iterable[Path]) -> Revocation:
    """Believes the lists in `files` (DER, RFC 5280 5) while each is good, and nothing that none of them covers.

    Raises ConfigurationError for a file that holds no list.
    """
    by_name = {str(file): _read(file) for file in files}
    return Revocation(None, [RevocationLists(by_name, by_name.__getitem__, SystemClock())])


def _read(file: Path) -> bytes:
    try:
        data = file.read_bytes()
        x509.load_der_x509_crl(data)
    except (OSError, ValueError):
        raise ConfigurationError(f"{file} is missing, or no revocation list in DER") from None
    return data
