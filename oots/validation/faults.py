"""Every fault that a schema finds, in readable words: the gate says only the first."""

from __future__ import annotations

from itertools import islice
from typing import Final

from lxml import etree

from oots.wire.schema import Fault, first_fault

MOST_ELEMENTS: Final = 10_000
"""Up to how many elements a document is read for more than its first fault: the readable validator takes its time."""


def faults(root: etree._Element, schema: str) -> tuple[Fault, ...]:
    """What is wrong with a document by a schema, a key of `oots.wire.schema.PROFILES`; nothing when it is valid.

    The gate of messages decides. Where the readable validator finds or can say nothing, the gate's words stand.
    """
    first = first_fault(root, schema)
    if first is None:
        return ()
    if next(islice(root.iter(), MOST_ELEMENTS, None), None) is not None:
        return (first,)
    from oots.validation.readable_faults import readable_faults  # every service would wait for it at its start

    return readable_faults(root, schema) or (first,)
