"""The ebMS errors that this side raises, with the short descriptions of the specification (ebMS 3.0 6.7, AS4 5.1)."""

from __future__ import annotations

from oots.model.errors import TransportError


def mime_inconsistency(why: str) -> TransportError:
    """The package is not what its headers or its PartInfo say."""
    return TransportError("EBMS:0007", "MimeInconsistency", why)


def invalid_header(why: str) -> TransportError:
    """The SOAP envelope or the ebMS header is not of the profile."""
    return TransportError("EBMS:0009", "InvalidHeader", why)


def failed_authentication(why: str) -> TransportError:
    """Signature, certificate or party are not believed, or a part does not decrypt; `why` is for the journal alone.

    ebMS has a code of its own for the latter (EBMS:0102). It is not used: who tries keys learns nothing from an answer
    that he also gets for a part that was exchanged.
    """
    return TransportError("EBMS:0101", "FailedAuthentication", why)


def policy_noncompliance(why: str) -> TransportError:
    """A believed sender encrypts what its profile has in the clear, or the other way round."""
    return TransportError("EBMS:0103", "PolicyNoncompliance", why)


def invalid_receipt(why: str) -> TransportError:
    """The receipt does not prove what was sent."""
    return TransportError("EBMS:0302", "InvalidReceipt", why)


def decompression_failure(why: str) -> TransportError:
    """A compressed part is broken or grows beyond its limits."""
    return TransportError("EBMS:0303", "DecompressionFailure", why)
