"""What the machine has seen of an exchange, as far as proposals need it; whoever reads journals fills it in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from oots.exchange.journal import Entry
from oots.exchange.limits import TimeLimits
from oots.review.record import Reference
from oots.web.words import Words


@dataclass(frozen=True, slots=True)
class SeenCheck:
    """The outcome of a check of a message, None where there was nothing to check, and what points at it; `broken` are
    the rules that are broken, also harmlessly."""

    passed: bool | None
    reference: Reference
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message between two access points. `checks` are those of `schema`, `rules`, `pairs`, `signature`, `receipt`;
    `noted_sent` and `noted_received` say whether the journal of either side has it; `evidence` the digests (SHA-256,
    hexadecimal) of the evidence that it carries, `evidence_types` what the metadata call it, and in which `formats` and
    `data_models` it is."""

    reference: Reference
    is_request: bool
    at: datetime
    sender: str
    receiver: str
    specification: str
    checks: Mapping[str, SeenCheck]
    noted_sent: bool = False
    noted_received: bool = False
    evidence: tuple[str, ...] = ()
    evidence_types: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    data_models: tuple[str, ...] = ()
    error_code: str | None = None
    offers_preview: bool = False

    def unmet(self, *checks: str) -> tuple[SeenCheck, ...]:
        """Those of these checks that were not passed."""
        return tuple(self.checks[check] for check in checks if self.checks[check].passed is not True)


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """A line of a journal: `evidence` are the digests that it names."""

    reference: Reference
    what: Entry
    service: str
    at: datetime
    decision: str | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenFields:
    """How many fields that the register has were not sent, as the provider's journal says at `reference`. How many were
    sent is not told: of some evidence that would tell something about the person."""

    withheld: int
    reference: Reference


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says of itself."""

    reference: Reference
    procedure: str
    evidence_type: str
    data_service: str
    level_of_assurance: str | None
    explicit_request: bool
    preview_possible: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange: its messages in the order of time, what both sides noted, and what was asked. `limits` are
    those that the exchange is held against, as far as anybody knows them; `names` is what the services are called."""

    messages: tuple[SeenMessage, ...] = ()
    events: tuple[SeenEvent, ...] = ()
    asked: tuple[Asked, ...] = ()
    fields: SeenFields | None = None
    limits: TimeLimits | None = None
    names: Mapping[str, Words] = field(default_factory=dict)

    def of(self, *what: Entry) -> tuple[SeenEvent, ...]:
        """The lines of these kinds."""
        return tuple(event for event in self.events if event.what in what)

    @property
    def requests(self) -> tuple[SeenMessage, ...]:
        return tuple(message for message in self.messages if message.is_request)

    @property
    def answers(self) -> tuple[SeenMessage, ...]:
        return tuple(message for message in self.messages if not message.is_request)

    @property
    def carrying(self) -> tuple[SeenMessage, ...]:
        """The messages that carry evidence."""
        return tuple(message for message in self.messages if message.evidence)

    @property
    def sent(self) -> frozenset[str]:
        """The digests of the evidence that left the provider."""
        return frozenset(digest for message in self.messages for digest in message.evidence)

    @property
    def shown(self) -> frozenset[str]:
        """The digests of what the person saw in the preview."""
        return frozenset(digest for event in self.of(Entry.PREVIEW_OPENED) for digest in event.evidence)

    @property
    def decision(self) -> SeenEvent | None:
        """What the person decided in the preview."""
        decided = self.of(Entry.PREVIEW_DECIDED)
        return decided[-1] if decided else None

    @property
    def errors(self) -> tuple[SeenMessage, ...]:
        """The errors that were answered, but for the one that asks for a preview."""
        return tuple(message for message in self.messages if message.error_code and not message.offers_preview)

    @property
    def error_codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(message.error_code for message in self.errors if message.error_code))

    def unmet(self, *checks: str) -> tuple[SeenCheck, ...]:
        """Those of these checks that were not passed, of all messages."""
        return tuple(check for message in self.messages for check in message.unmet(*checks))

    def checked(self, *checks: str) -> tuple[Reference, ...]:
        """What points at these checks of all messages."""
        return references(message.checks[check] for message in self.messages for check in checks)

    def called(self, services: Iterable[str]) -> Words:
        """The names of services, one after the other."""
        names = [self.names.get(service, Words(service, service)) for service in sorted(services)]
        return Words(", ".join(name.danish for name in names), ", ".join(name.english for name in names))


def references(of: Iterable[SeenMessage | SeenEvent | Asked | SeenCheck]) -> tuple[Reference, ...]:
    """What points at these, each once, in order."""
    return tuple(dict.fromkeys(each.reference for each in of))
