"""The rules that OOTS sets for an ebMS header (R-EDM-ebMS-*, TDD 4.7), each with its published id."""

from __future__ import annotations

from collections.abc import Callable

from oots.edelivery.header import (
    EXCEPTION_RESPONSE,
    EXCHANGE_ID,
    EXECUTE_QUERY_REQUEST,
    FINAL_RECIPIENT,
    ORIGINAL_SENDER,
    REGREP,
    SPECIFICATION_ID,
    Property,
    UserMessage,
)
from oots.model.identifiers import is_uuid
from oots.wire.profile import PROFILES

FIRST_NAMES = (ORIGINAL_SENDER, FINAL_RECIPIENT)
"""The message properties of EDM 1.x."""
PROPERTY_NAMES = (*FIRST_NAMES, EXCHANGE_ID, SPECIFICATION_ID)
"""Those of EDM 2.0."""
SPOKEN = frozenset(name for name, profile in PROFILES.items() if profile.exchange_in_header)
"""The versions that a header may name."""


def conversation_is_a_uuid(header: UserMessage, _properties: tuple[Property, ...]) -> bool:
    """ConversationId must be a UUID"""
    return is_uuid(header.conversation_id)


def there_are_four_properties(_header: UserMessage, properties: tuple[Property, ...]) -> bool:
    """there must be exactly four message properties, or exactly two in EDM 1.x"""
    return len(properties) in (len(PROPERTY_NAMES), len(FIRST_NAMES))


def the_properties_are_the_known_ones(_header: UserMessage, properties: tuple[Property, ...]) -> bool:
    """the message properties must be originalSender, finalRecipient, and in EDM 2.0 ExchangeId and SpecificationId"""
    return sorted(each.name for each in properties) in (sorted(PROPERTY_NAMES), sorted(FIRST_NAMES))


def requests_and_exceptions_are_one_part(header: UserMessage, _properties: tuple[Property, ...]) -> bool:
    """a request or an exception must be exactly one part"""
    return header.action not in (EXECUTE_QUERY_REQUEST, EXCEPTION_RESPONSE) or len(header.parts) == 1


def every_part_has_a_media_type(header: UserMessage, _properties: tuple[Property, ...]) -> bool:
    """every part must state its MimeType"""
    return all(part.media_type for part in header.parts)


def the_first_part_is_the_document(header: UserMessage, _properties: tuple[Property, ...]) -> bool:
    """the first part must be the RegRep document"""
    return bool(header.parts) and header.parts[0].media_type == REGREP


def the_exchange_is_a_uuid(header: UserMessage, properties: tuple[Property, ...]) -> bool:
    """ExchangeId must be a UUID"""
    return not _has(EXCHANGE_ID, properties) or is_uuid(header.exchange_id)


def the_specification_is_spoken_here(header: UserMessage, properties: tuple[Property, ...]) -> bool:
    """SpecificationId must be oots-edm:v2.0"""
    return not _has(SPECIFICATION_ID, properties) or header.specification in SPOKEN


def _has(name: str, properties: tuple[Property, ...]) -> bool:
    return any(each.name == name for each in properties)


RULES: dict[str, Callable[[UserMessage, tuple[Property, ...]], bool]] = {
    "R-EDM-ebMS-017": conversation_is_a_uuid,
    "R-EDM-ebMS-018": there_are_four_properties,
    "R-EDM-ebMS-019": the_properties_are_the_known_ones,
    "R-EDM-ebMS-023": requests_and_exceptions_are_one_part,
    "R-EDM-ebMS-030": every_part_has_a_media_type,
    "R-EDM-ebMS-032": the_first_part_is_the_document,
    "R-EDM-ebMS-037": the_exchange_is_a_uuid,
    "R-EDM-ebMS-038": the_specification_is_spoken_here,
}


def first_broken(header: UserMessage, properties: tuple[Property, ...]) -> tuple[str, str] | None:
    """Id and sentence of the first rule that the header breaks, or None."""
    for rule, holds in RULES.items():
        if not holds(header, properties):
            return rule, str(holds.__doc__)
    return None
