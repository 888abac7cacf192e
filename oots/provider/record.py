"""What the provider remembers of an exchange between its messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from oots.exchange.held_part import HeldPart
from oots.model.evidence import EvidencePackage
from oots.model.fields import FieldTold
from oots.model.identifiers import Identifier
from oots.model.issuing import Fee, FeePolicy, Withheld
from oots.model.request import EvidenceRequest
from oots.model.text import Text


@dataclass(frozen=True, slots=True)
class HeldPackage:
    """Evidence as it will be shown, and sent if the person accepts it.

    `piece` counts what was issued; in EDM 1.x a piece with several documents is several packages. `title` tells it
    from other pieces, `fee` is that of the piece, and `withheld` is what is not sent; `fields` are for the journal.
    """

    package: EvidencePackage
    parts: tuple[HeldPart, ...]
    notice: str | None
    piece: int = 0
    title: tuple[Text, ...] = ()
    fee: Fee | None = None
    withheld: tuple[Withheld, ...] = ()
    fields: tuple[FieldTold, ...] = ()

    @property
    def is_to_be_paid(self) -> bool:
        """Whether the person must pay for it before it can be accepted."""
        return self.fee is not None and self.fee.policy is FeePolicy.PAID_IN_PREVIEW


@dataclass(frozen=True, slots=True)
class Preview:
    """The preview of an exchange. Times are aware; `return_location` is known once request 2 has come, and so is
    `asked_by`, the certificate (PEM) that signed it. `paid` are the pieces whose fee has been paid, `accepted` the
    packages that were accepted."""

    location: str
    link_expires: datetime
    opened_at: datetime | None = None
    second_request_id: str | None = None
    asked_by: str = ""
    return_location: str | None = None
    decide_until: datetime | None = None
    decided_at: datetime | None = None
    accepted: tuple[int, ...] = ()
    paid: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderExchange:
    """The snapshot of request 1, whom to answer, what is held for it, its preview, and the message that ended it.

    `person_key` is what the source calls the person who was matched.
    """

    conversation_id: str
    party_id: str
    original_sender: Identifier
    final_recipient: Identifier
    request: EvidenceRequest
    packages: tuple[HeldPackage, ...] = ()
    preview: Preview | None = None
    answer_message_id: str | None = None
    person_key: str | None = None

    @property
    def parts(self) -> tuple[HeldPart, ...]:
        return tuple(part for held in self.packages for part in held.parts)

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(part.file for part in self.parts)
