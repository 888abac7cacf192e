"""Errors, sorted by whose fault they are."""

from __future__ import annotations


class ConfigurationError(Exception):
    """Ours: stops a service at boot. `faults` names everything that is wrong, at once."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


class MessageError(Exception):
    """Theirs: a message that is malformed or against a rule, answered with an EDM exception.

    `rule` is the published rule id (`R-EDM-REQ-S006`) where one exists; `why` is a sentence for people, without
    personal data. `detail` is what travels in `rs:Exception/@detail`.
    """

    def __init__(self, why: str, *, rule: str | None = None) -> None:
        self.why = why
        self.rule = rule
        super().__init__(self.detail)

    @property
    def detail(self) -> str:
        return f"{self.rule}: {self.why}" if self.rule else self.why


class TransportError(MessageError):
    """Theirs, below the EDM: answered with an ebMS error signal only, and no receipt.

    `ebms` is the ebMS error code (`EBMS:0101`), `short` its short description (`FailedAuthentication`). The peer
    is told no more than these two; `why` goes to the journal.
    """

    def __init__(self, ebms: str, short: str, why: str) -> None:
        self.ebms = ebms
        self.short = short
        super().__init__(why)


class PeerError(Exception):
    """The other side did not answer, or not with what the protocol demands."""


class UnavailableError(Exception):
    """What is kept cannot be reached or written at present (no database, no room); nothing was done. The text is for
    the log."""


class BusyError(Exception):
    """So much waits to be sent already that nothing more is taken on; the same may be tried again in a while."""


class NotArrivedError(Exception):
    """What was being sent to us did not arrive as a whole."""
