"""What a reviewer sees who has given no reason to see more."""

from __future__ import annotations

from collections.abc import Sequence

from oots.inspector.access import Looking
from oots.model.errors import MessageError
from oots.wire import masking
from oots.wire.masking import MASK

__all__ = ["MASK", "Veil", "masked_text", "masked_xml", "veil_of"]

masked_xml = masking.masked
masked_text = masking.masked_text


class Veil:
    """What is done with each thing of one exchange before it is shown. With `lifted` everything stays as it is."""

    def __init__(self, values: frozenset[str], *, lifted: bool) -> None:
        self._values = values
        self.lifted = lifted

    def xml(self, document: bytes) -> bytes:
        """A document with every element and MASK for what is personal. Raises MessageError where it cannot be parsed,
        and so has no masked form."""
        return document if self.lifted else masked_xml(document, self._values)

    def text(self, text: str) -> str:
        """Words in which something personal may stand, such as the detail of an error."""
        return text if self.lifted else masked_text(text, self._values)

    def personal(self, value: str) -> str:
        """A value that is personal as a whole: a name, an identifier, a link for the person alone."""
        return value if self.lifted else MASK


def veil_of(looking: Looking, documents: Sequence[bytes]) -> Veil:
    """The veil for an exchange with these documents: what one of them says of persons is hidden in all."""
    values: set[str] = set()
    for document in documents:
        try:
            values |= masking.values_of(document)
        except MessageError:
            continue
    return Veil(frozenset(values), lifted=not looking.masked)
