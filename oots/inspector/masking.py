"""What a reviewer sees who has given no reason to see more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oots.inspector.access.looks import Looking, MaskedError
from oots.model.errors import MessageError
from oots.wire.masking import MASK, MOST_MASKED, Sought, masked, values_of


class Veil:
    """What is done with each thing of one exchange before it is shown. With `lifted` everything stays as it is."""

    def __init__(self, values: Iterable[str], *, lifted: bool) -> None:
        self._values = frozenset(values)
        self._sought = Sought(self._values)
        self.lifted = lifted

    def xml(self, document: bytes) -> bytes:
        """A document with every element and MASK for what is personal. Raises MessageError where it cannot be parsed,
        or is too large, and so has no masked form."""
        return document if self.lifted else masked(document, self._values)

    def text(self, text: str) -> str:
        """Words in which something personal may stand."""
        return text if self.lifted else self._sought.hidden_in(text)

    def personal(self, value: str) -> str:
        """A value that is personal as a whole: a name, an identifier, a link for the person alone, what somebody wrote
        freely about her."""
        return value if self.lifted else MASK


def veil_of(looking: Looking, documents: Sequence[bytes]) -> Veil:
    """The veil for an exchange with these documents: what one of them says of persons is hidden in all.

    Raises MaskedError for a masked exchange whose documents have more than MOST_MASKED bytes together.
    """
    if not looking.masked:
        return Veil((), lifted=True)
    if sum(map(len, documents)) > MOST_MASKED:
        raise MaskedError(looking.exchange_id)
    values: set[str] = set()
    for document in documents:
        try:
            values |= values_of(document)
        except MessageError:
            continue
    return Veil(values, lifted=False)
