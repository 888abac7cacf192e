"""A sealed PDF of any size: one empty page, and random bytes that no page shows."""

from __future__ import annotations

import os
from itertools import accumulate
from typing import Final

from oots.model.clock import SystemClock
from oots.trust.keys import KeyPair
from oots.trust.pades import seal_pdf

_HEAD: Final = b"%PDF-1.7\n"


def sealed_pdf(size: int, key: KeyPair) -> bytes:
    """About `size` bytes that no compression makes fewer; the seal alone takes some 10 KB."""
    return seal_pdf(_pdf(os.urandom(size)), key, SystemClock().now(), "benchmark", "here")


def _pdf(ballast: bytes) -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Ballast 4 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(ballast), ballast),
    ]
    written = [b"%d 0 obj\n%b\nendobj\n" % (number, each) for number, each in enumerate(objects, 1)]
    *starts, end = accumulate(map(len, written), initial=len(_HEAD))
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, end)
    return b"".join([_HEAD, *written, b"xref\n0 %d\n0000000000 65535 f \n" % size, table, trailer])
