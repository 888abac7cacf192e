"""The Evidence Error Response as `query:QueryResponse` with status Failure (TDD 4.5.3)."""

from __future__ import annotations

from typing import Final

from lxml import etree

from oots.model.agent import Agent, AgentRole
from oots.model.errors import MessageError
from oots.model.identifiers import bare_uuid, urn_uuid
from oots.model.response import EdmException, ErrorCode, EvidenceError, PreviewOffer
from oots.wire import writer
from oots.wire.agent import read_agent, read_named_agent, write_agent, write_named
from oots.wire.error_rules import ERROR_RULES, V2_0, ErrorRules
from oots.wire.namespaces import QUERY, RIM, RS
from oots.wire.profile import PROFILES, Profile, Profiles, profile_of, spoken
from oots.wire.reader import Reader
from oots.wire.response import enforce_response_root, read_response_id
from oots.wire.sayable import enforce_error
from oots.wire.slots import XSI_TYPE, Slots, any_slot, date_time_slot, string_slot, texts_slot, type_of
from oots.wire.status import FAILURE, SEVERITY_ERROR
from oots.wire.xml import canonical, parse

_TYPES: Final = {"rs": RS, "query": QUERY}
_DELETE: Final = "\x7f"
_BY_CODE: Final = {code.code: code for code in ErrorCode}


def encode_error(error: EvidenceError, profiles: Profiles = PROFILES) -> bytes:
    """The canonical bytes of the error; an exception with a preview gets the severity PreviewRequired.

    ValueError names what the version of the error cannot say.
    """
    profile = spoken(error.specification, profiles)
    enforce_error(error, profile)
    request_id = {"requestId": urn_uuid(error.request_id)} if error.request_id else {}
    return canonical(
        writer.query(
            "QueryResponse",
            {**request_id, "status": FAILURE},
            string_slot("SpecificationIdentifier", error.specification),
            string_slot("EvidenceResponseIdentifier", error.response_id),
            any_slot("ErrorProvider", write_agent(error.error_provider)),
            *([any_slot("EvidenceRequester", write_named("Agent", error.requester))] if error.requester else []),
            *(_write_exception(exception, profile) for exception in error.exceptions),
        )
    )


def decode_error(data: bytes, profiles: Profiles = PROFILES) -> EvidenceError:
    """The error in `data`. A `MessageError` names the rule that is broken; the version is looked at first."""
    return read_error(parse(data), profiles)


def read_error(root: etree._Element, profiles: Profiles = PROFILES) -> EvidenceError:
    """As `decode_error`, of a document that has been parsed."""
    enforce_response_root(root, "R-EDM-ERR-S001", "R-EDM-ERR-S002")
    profile = profile_of(Slots(root, V2_0.slots).string("SpecificationIdentifier"), "R-EDM-ERR-C001", profiles)
    rules = ERROR_RULES[profile.specification]
    slots = Slots(root, rules.slots)
    slots.enforce()
    _enforce_failure(root, rules)
    exceptions = _read_exceptions(root, profile, rules)
    invalid = any(exception.code is ErrorCode.INVALID_REQUEST for exception in exceptions)
    return EvidenceError(
        response_id=read_response_id(slots, "R-EDM-ERR-C002"),
        request_id=_read_request_id(root, invalid),
        specification=profile.specification,
        error_provider=_read_provider(Reader(slots.any("ErrorProvider"), rules.provider)),
        requester=_read_requester(slots, invalid, rules),
        exceptions=exceptions,
    )


def _write_exception(exception: EdmException, profile: Profile) -> etree._Element:
    attributes = {
        XSI_TYPE: exception.code.exception_type,
        "code": exception.code.code,
        "message": profile.messages[exception.code],
        "severity": profile.preview_required if exception.preview else SEVERITY_ERROR,
        **({"detail": exception.detail} if exception.detail else {}),
    }
    return writer.rs(
        "Exception",
        attributes,
        date_time_slot("Timestamp", exception.timestamp),
        *_write_preview(exception.preview),
    )


def _write_preview(preview: PreviewOffer | None) -> list[etree._Element]:
    if preview is None:
        return []
    return [
        string_slot("PreviewLocation", preview.location),
        *([texts_slot("PreviewDescription", preview.descriptions)] if preview.descriptions else []),
        *([string_slot("PreviewMethod", preview.method)] if preview.method else []),
    ]


def _enforce_failure(root: etree._Element, rules: ErrorRules) -> None:
    if root.get("status") != FAILURE:
        raise MessageError("the status is not Failure", rule=rules.named("R-EDM-ERR-S006"))
    if root.find(f"{{{RIM}}}RegistryObjectList") is not None:
        raise MessageError("a RegistryObjectList has no place in a failure", rule=rules.named("R-EDM-ERR-S007"))


def _read_request_id(root: etree._Element, invalid: bool) -> str | None:
    value = root.get("requestId")
    if value is None and invalid:
        return None
    if value is None:
        raise MessageError("requestId is missing, though the request was readable", rule="R-EDM-ERR-S003")
    try:
        return bare_uuid(value)
    except ValueError:
        raise MessageError("requestId is not urn:uuid: followed by a UUID", rule="R-EDM-ERR-S004") from None


def _read_provider(reader: Reader) -> Agent:
    reader.one("Classification")
    agent = read_agent(reader)
    if reader.bound("Address"):
        reader.one("Address")
    if agent.role is AgentRole.EVIDENCE_REQUESTER:
        raise reader.fault("Classification=", "a requester provides no errors")
    return agent


def _read_requester(slots: Slots, invalid: bool, rules: ErrorRules) -> Agent | None:
    if invalid and not slots.has("EvidenceRequester"):
        return None
    return read_named_agent(Reader(slots.any("EvidenceRequester"), rules.requester))


def _read_exceptions(root: etree._Element, profile: Profile, rules: ErrorRules) -> tuple[EdmException, ...]:
    found = root.findall(f"{{{RS}}}Exception")
    if not found:
        raise MessageError("a failure names no exception", rule=rules.named("R-EDM-ERR-S008"))
    if len(found) > 1 and not profile.many_exceptions:
        raise MessageError("a failure names more than one exception", rule="R-EDM-ERR-C011")
    return tuple(_read_exception(element, profile, rules) for element in found)


def _read_exception(element: etree._Element, profile: Profile, rules: ErrorRules) -> EdmException:
    slots = Slots(element, rules.exception_slots)
    slots.enforce()
    code = _read_code(element, rules)
    preview = _read_preview(slots, profile)
    _enforce_severity(_read_severity(element, rules), code, preview, profile)
    return EdmException(
        code=code,
        timestamp=slots.moment("Timestamp"),
        detail=element.get("detail") or None,
        preview=preview,
    )


def _read_severity(element: etree._Element, rules: ErrorRules) -> str:
    """The severity; the published error of TDD 1.0.0 ends it with a delete character, which its readers must bear."""
    severity = element.get("severity", "")
    return severity.rstrip(_DELETE) if rules.exception_slots.open else severity


def _read_code(element: etree._Element, rules: ErrorRules) -> ErrorCode:
    """The code of the list EDMErrorCodes, to which the type belongs; the message is the list's, not the sender's."""
    namespace, name = type_of(element)
    if not name:
        raise MessageError("an exception has no type", rule="R-EDM-ERR-C012")
    if not element.get("message"):
        raise MessageError("an exception has no message", rule="R-EDM-ERR-C016")
    code = _BY_CODE.get(element.get("code", ""))
    if code is None:
        raise MessageError("an exception has an unknown code", rule="R-EDM-ERR-C017")
    prefix, _, listed = code.exception_type.partition(":")
    if (namespace, name) != (_TYPES[prefix], listed):
        raise MessageError("the code of an exception does not match its type", rule=rules.named("R-EDM-ERR-C026"))
    return code


def _read_preview(slots: Slots, profile: Profile) -> PreviewOffer | None:
    described = slots.has("PreviewDescription")
    if not slots.has("PreviewLocation"):
        if described or slots.has("PreviewMethod"):
            raise MessageError("a preview is described but not located", rule="R-EDM-ERR-C022")
        return None
    location = slots.string("PreviewLocation")
    if not location.startswith("https://"):
        raise MessageError("PreviewLocation does not begin with https://", rule="R-EDM-ERR-C019")
    descriptions = slots.texts("PreviewDescription") if described else ()
    return PreviewOffer(location, descriptions, _read_method(slots, profile))


def _read_method(slots: Slots, profile: Profile) -> str | None:
    if not slots.has("PreviewMethod"):
        return None
    method = slots.string("PreviewMethod")
    if method not in profile.preview_methods:
        raise MessageError("PreviewMethod is not a method of its list", rule="R-EDM-ERR-C021")
    return method


def _enforce_severity(severity: str, code: ErrorCode, preview: PreviewOffer | None, profile: Profile) -> None:
    """PreviewRequired comes with code 0002 and a preview location; everything else is an Error."""
    if severity not in (SEVERITY_ERROR, profile.preview_required):
        raise MessageError("an exception has an unknown severity", rule="R-EDM-ERR-C014")
    required = severity == profile.preview_required
    if required and code is not ErrorCode.AUTHORIZATION:
        raise MessageError("only missing authorization may require a preview", rule="R-EDM-ERR-C015")
    if profile.authorization_is_preview and code is ErrorCode.AUTHORIZATION and not required:
        raise MessageError("missing authorization means a required preview", rule="R-EDM-ERR-C015")
    if required is (preview is None):
        raise MessageError("a preview is required exactly where it is located", rule="R-EDM-ERR-C022")
