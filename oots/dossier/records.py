"""What a dossier says in words of what is in it and what is not."""

from __future__ import annotations

from typing import Final

SUBJECT: Final = "S1, the evidence subject; the name stands in the documents alone"
WHOLLY_KEPT: Final = "each message is here as it stood in the HTTP request (message.mime), and in its parts"
PARTLY_KEPT: Final = (
    "a journal keeps of a message the signed SOAP part (envelope.xml) and the document in the first part, byte for "
    "byte, and the digests of all parts; the MIME lines between them, which nobody signs, are put together again where "
    "all parts are still there and the whole has the digest that its receiver noted (message.mime)"
)
CRITERIA_UNKNOWN: Final = (
    "no scenario left word of this exchange, and no record of a portal that was read says to which case it belongs"
)
FIELDS_UNKNOWN: Final = "no journal that was read says which fields of the evidence came how far"
NOT_REVIEWED: Final = {"reviews": [], "why": "nobody has reviewed this exchange"}
"""What stands in the place of a review."""
