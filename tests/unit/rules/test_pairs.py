"""Every rule between messages: a whole exchange breaks none, and one named change breaks the rules it should."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import pytest
from lxml import etree

from oots.rules.pairs.catalogue import PAIR_RULES
from oots.rules.pairs.examples import pair_examples
from oots.rules.pairs.header_to_body import header_to_body
from oots.rules.pairs.media_types import instead_of
from oots.rules.pairs.pair import MOST, PREFIX, PairRule
from oots.rules.rule import Severity
from oots.wire.xml import parse
from tests.support.other_spelling import reprefixed, slots_reversed
from tests.support.pairs import SCHEMES, Exchange, first, newest

Change = Callable[[Exchange], None]
MAKE = {"v1.0": first, "v2.0": newest}
BOTH = tuple(MAKE)
OTHER_ID = "urn:uuid:00000000-0000-4000-8000-999999999999"
OTHER_MODEL = "https://sr.oots.tech.ec.europa.eu/datamodels/other"
PDF = b"%PDF-1.7"


def nodes(exchange: Exchange, document: str, path: str) -> list[etree._Element]:
    found = getattr(exchange, document).xpath(path, namespaces=SCHEMES)
    assert found, f"{document} has no {path}"
    return list(found)


def say(document: str, path: str, text: str) -> Change:
    def change(exchange: Exchange) -> None:
        node = nodes(exchange, document, path)[0]
        assert node.text != text
        node.text = text

    return change


def put(document: str, path: str, name: str, value: str) -> Change:
    def change(exchange: Exchange) -> None:
        node = nodes(exchange, document, path)[0]
        assert node.get(name) != value
        node.set(name, value)

    return change


def drop(document: str, path: str) -> Change:
    def change(exchange: Exchange) -> None:
        for node in nodes(exchange, document, path):
            parent = node.getparent()
            assert parent is not None
            parent.remove(node)

    return change


def strip(document: str, path: str, name: str) -> Change:
    def change(exchange: Exchange) -> None:
        for node in nodes(exchange, document, path):
            del node.attrib[name]

    return change


def again(document: str, path: str) -> Change:
    """The same element twice."""

    def change(exchange: Exchange) -> None:
        node = nodes(exchange, document, path)[0]
        node.addnext(deepcopy(node))

    return change


def both(*changes: Change) -> Change:
    def change(exchange: Exchange) -> None:
        for each in changes:
            each(exchange)

    return change


def file_of(number: int, content: bytes) -> Change:
    """Other bytes in the evidence of that number."""

    def change(exchange: Exchange) -> None:
        name = list(exchange.files)[number]
        exchange.files[name] = (exchange.files[name][0], content)

    return change


def travels_as(number: int, media_type: str) -> Change:
    def change(exchange: Exchange) -> None:
        name = list(exchange.files)[number]
        exchange.files[name] = (media_type, exchange.files[name][1])

    return change


def carried(name: str | None, media_type: str) -> Change:
    """The last part travels as another type, or a part comes along."""

    def change(exchange: Exchange) -> None:
        exchange.parts[name or list(exchange.parts)[-1]] = media_type

    return change


def lose_a_part(exchange: Exchange) -> None:
    exchange.parts.popitem()


def sealed_by_another(exchange: Exchange) -> None:
    exchange.signer = "35209115"


def _text(exchange: Exchange, document: str, path: str) -> str:
    return nodes(exchange, document, path)[0].text or ""


def refers_to_another(exchange: Exchange) -> None:
    info = nodes(exchange, "response_header", "//eb:MessageInfo")[0]
    etree.SubElement(info, f"{{{SCHEMES['eb']}}}RefToMessageId").text = "another@x.example"


def names_a_version(exchange: Exchange) -> None:
    properties = nodes(exchange, "request_header", "//eb:MessageProperties")[0]
    named = etree.SubElement(properties, f"{{{SCHEMES['eb']}}}Property", name="SpecificationId")
    named.text = "oots-edm:v2.0"


def another_language(exchange: Exchange) -> None:
    exchange.second.set("{http://www.w3.org/XML/1998/namespace}lang", "LT")


def asked(make: Callable[[str], Change]) -> Change:
    """The same change in both requests."""
    return both(make("request"), make("second"))


def slot(name: str) -> str:
    return f"//rim:Slot[@name='{name}']"


def agent(name: str) -> str:
    return f"{slot(name)}//sdg:Identifier"


def prop(name: str) -> str:
    return f"//eb:Property[@name='{name}']"


MAIN = "(//sdg:Evidence)[1]"
READABLE = "(//sdg:Evidence)[2]"
FORMAT = f"{MAIN}//sdg:Format"
ASKED = f"{slot('EvidenceRequest')}//sdg:DistributedAs"
VERSION = f"{slot('SpecificationIdentifier')}//rim:Value"
PREVIEW = f"{slot('PreviewLocation')}//rim:Value"
PERSON = f"{MAIN}/sdg:IsAbout/sdg:NaturalPerson"
RECEIVED = "//ebbp:MessagePartNRInformation"


def another_kind(exchange: Exchange) -> None:
    """Evidence about a legal person."""
    person = nodes(exchange, "response", PERSON)[0]
    person.tag = str(person.tag).replace("NaturalPerson", "LegalPerson")


@dataclass(frozen=True)
class Case:
    """`rule` and `also` are what the change breaks, whatever grave."""

    rule: str
    what: str
    change: Change
    versions: tuple[str, ...] = BOTH
    also: tuple[str, ...] = ()


FIRST, NEWEST = ("v1.0",), ("v2.0",)
ANSWERS = (
    Case("ANS-001", "a response to another request", put("response", ".", "requestId", OTHER_ID)),
    Case("ANS-001", "a response to no request", strip("response", ".", "requestId")),
    Case("ANS-001", "an error to another request", put("error", ".", "requestId", OTHER_ID), BOTH, ("PRV-002",)),
    Case("ANS-002", "another version", say("response", VERSION, "oots-edm:v1.2"), FIRST),
    Case("ANS-002", "a version that nobody knows", say("response", VERSION, "oots-edm:v3"), NEWEST, ("HDR-005",)),
    Case("ANS-003", "another requester", say("response", agent("EvidenceRequester"), "999000002"), BOTH, ("HDR-003",)),
    Case(
        "ANS-003",
        "a requester in another scheme",
        put("response", agent("EvidenceRequester"), "schemeID", "urn:cef.eu:names:identifier:EAS:0201"),
        BOTH,
        ("HDR-003",),
    ),
    Case("ANS-004", "another provider", say("response", agent("EvidenceProvider"), "35209115"), BOTH, ("HDR-002",)),
    Case("ANS-005", "another error provider", say("error", agent("ErrorProvider"), "35209115"), BOTH, ("HDR-004",)),
    Case("ANS-006", "another evidence type", say("response", f"{MAIN}//sdg:EvidenceTypeClassification", "x")),
    Case(
        "ANS-007",
        "another format",
        asked(lambda name: say(name, f"{ASKED}/sdg:Format", "image/png")),
        NEWEST,
        ("ANS-012",),
    ),
    Case("ANS-008", "another format", asked(lambda name: say(name, f"{ASKED}/sdg:Format", "image/png")), FIRST),
    Case(
        "ANS-009",
        "a second piece in another format",
        both(
            again("response", "//rim:RegistryObject"),
            say("response", f"{READABLE}//sdg:Format", "application/pdf"),
            drop("response", f"{READABLE}//sdg:ConformsTo"),
            drop("response", f"{READABLE}//sdg:Transformation"),
            put("response", "(//rim:RepositoryItemRef)[2]", f"{{{SCHEMES['xlink']}}}href", "cid:pdf@dk.example"),
            again("response_header", "//eb:PartInfo[2]"),
            put("response_header", "//eb:PartInfo[3]", "href", "cid:pdf@dk.example"),
            say("response_header", f"//eb:PartInfo[3]{prop('MimeType')}", "application/pdf"),
            carried("pdf@dk.example", "application/pdf"),
            lambda exchange: exchange.files.update({"pdf@dk.example": ("application/pdf", PDF)}),
        ),
        FIRST,
    ),
    Case("ANS-010", "another data model", asked(lambda name: say(name, f"{ASKED}/sdg:ConformsTo", OTHER_MODEL))),
    Case("ANS-010", "no data model", drop("response", f"{MAIN}//sdg:ConformsTo")),
    Case("ANS-011", "the whole instead of a part", drop("response", f"{MAIN}//sdg:Transformation"), FIRST),
    Case(
        "ANS-012",
        "a document that nobody asked for",
        asked(lambda name: drop(name, f"{ASKED}/sdg:AssociatedDocumentRequest")),
        NEWEST,
    ),
    Case(
        "ANS-013",
        "a document left out",
        asked(
            lambda name: both(
                again(name, f"{ASKED}/sdg:AssociatedDocumentRequest"),
                say(name, f"({ASKED}/sdg:AssociatedDocumentRequest)[2]", "Annex"),
            )
        ),
        NEWEST,
    ),
    Case(
        "ANS-014",
        "a package without main evidence",
        put("response", "(//rim:Classification)[1]", "classificationNode", "Translation"),
        NEWEST,
    ),
    Case("ANS-015", "another identifier", say("response", f"{PERSON}/sdg:Identifier", "DK/LT/another")),
    Case(
        "ANS-015",
        "another name without identifier",
        both(drop("response", f"{PERSON}/sdg:Identifier"), say("response", f"{PERSON}/sdg:GivenName", "Solvej M.")),
        BOTH,
        ("EVI-007",),
    ),
    Case("ANS-015", "a legal person", another_kind),
    Case("ANS-016", "another name", say("response", f"{PERSON}/sdg:GivenName", "Solvej M."), BOTH, ("EVI-007",)),
)
SECOND_REQUESTS = (
    Case("PRV-001", "another severity", put("error", "//rs:Exception", "severity", "urn:x:Error")),
    Case("PRV-001", "another code", put("error", "//rs:Exception", "code", "EDM:ERR:0004")),
    Case("PRV-002", "an error to another request", put("error", ".", "requestId", OTHER_ID), BOTH, ("ANS-001",)),
    Case("PRV-003", "another preview", say("second", PREVIEW, "https://preview.example/p"), NEWEST),
    Case("PRV-003", "an address with more to it", say("error", PREVIEW, "https://preview.example/p?x"), NEWEST),
    Case("PRV-004", "another preview", say("second", PREVIEW, "https://dk.example/p?returnurl=https%3A%2F%2Fx"), FIRST),
    Case("PRV-005", "no way back", drop("second", slot("ReturnLocation")), NEWEST),
    Case("PRV-006", "no way back", say("second", PREVIEW, "https://preview.example.dk/p/0b8b3a3e?case=7"), FIRST),
    Case(
        "PRV-007",
        "the id of the first",
        lambda exchange: exchange.second.set("id", exchange.request.get("id", "")),
        BOTH,
        ("ANS-001",),
    ),
    Case("PRV-008", "another procedure", say("second", f"{slot('Procedure')}//rim:Value", "T1"), NEWEST),
    Case("PRV-008", "another procedure", put("second", "//rim:LocalizedString", "value", "T1"), FIRST),
    Case("PRV-008", "a slot lost", drop("second", slot("ExplicitRequestGiven")), NEWEST),
    Case("PRV-008", "a slot more", drop("request", slot("PossibilityForPreview"))),
    Case("PRV-008", "a slot twice", again("second", slot("PossibilityForPreview"))),
    Case(
        "PRV-008",
        "another person",
        say("second", f"{slot('NaturalPerson')}//sdg:FamilyName", "Andersen"),
        BOTH,
        ("ANS-016",),
    ),
    Case("PRV-008", "an element more", again("second", f"{ASKED}/sdg:Format")),
    Case("PRV-008", "another attribute", put("second", f"{slot('EvidenceRequest')}//sdg:Title", "lang", "SV")),
    Case("PRV-009", "another language", another_language),
    Case("PRV-009", "another kind of answer", put("second", "//query:ResponseOption", "returnType", "ObjectRef")),
)
BODIES = (
    *(
        Case("HDR-001", f"the action of another than a {name}", say(f"{name}_header", "//eb:Action", "Another"))
        for name in ("request", "response", "error")
    ),
    *(
        Case(
            "HDR-002",
            f"another sender of a {name}",
            say(f"{name}_header", prop("originalSender"), "1"),
            BOTH,
            ("CNV-005", "CNV-007") if name == "second" else ("CNV-007",),
        )
        for name in ("second", "response")
    ),
    *(
        Case(
            "HDR-003",
            f"another recipient of a {name}",
            say(f"{name}_header", prop("finalRecipient"), "1"),
            BOTH,
            ("CNV-005", "CNV-007") if name == "second" else ("CNV-007",),
        )
        for name in ("second", "response")
    ),
    Case("HDR-004", "another sender", say("error_header", prop("originalSender"), "1"), BOTH, ("CNV-007",)),
    Case("HDR-005", "another version", say("request", VERSION, "oots-edm:v1.2"), NEWEST, ("ANS-002", "PRV-008")),
    Case("HDR-005", "a version in a header of 1.0", names_a_version, FIRST),
    Case(
        "HDR-006",
        "evidence without part",
        both(drop("response_header", "//eb:PartInfo[last()]"), lose_a_part),
        BOTH,
        ("HDR-008",),
    ),
    Case(
        "HDR-007",
        "a part that nobody refers to",
        drop("response", "(//rim:RepositoryItemRef)[1]"),
        BOTH,
        ("HDR-008",),
    ),
    Case("HDR-008", "a part twice", again("response_header", "//eb:PartInfo[last()]"), BOTH, ("HDR-010",)),
    Case("HDR-008", "a reference twice", again("response", "(//rim:RepositoryItemRef)[1]")),
    Case(
        "HDR-009",
        "another type",
        say("response_header", f"//eb:PartInfo[2]{prop('MimeType')}", "image/png"),
        NEWEST,
        ("HDR-011",),
    ),
    Case("HDR-009", "another type", say("response_header", f"//eb:PartInfo[2]{prop('MimeType')}", "image/png"), FIRST),
    Case("HDR-010", "a part that does not travel", lose_a_part),
    Case("HDR-010", "a part that travels unsaid", carried("more@x.example", "application/pdf")),
    Case("HDR-011", "a part of another type", carried(None, "image/png")),
)
HEADERS = (
    *(
        Case("CNV-001", f"another conversation in the {name}", say(f"{name}_header", "//eb:ConversationId", "x"))
        for name in ("error", "response")
    ),
    Case(
        "CNV-001",
        "another conversation in the second request",
        say("second_header", "//eb:ConversationId", OTHER_ID.removeprefix("urn:uuid:")),
    ),
    Case("CNV-002", "another exchange", say("response_header", prop("ExchangeId"), "x"), NEWEST),
    *(
        Case("CNV-003", "another version", say("response_header", prop("SpecificationId"), other), NEWEST, ("HDR-005",))
        for other in ("x", "oots-edm:v1.2")
    ),
    Case(
        "CNV-004",
        "the message id of the first",
        lambda exchange: say("second_header", "//eb:MessageId", _text(exchange, "request_header", "//eb:MessageId"))(
            exchange
        ),
    ),
    Case(
        "CNV-005",
        "another sender",
        put("second_header", prop("originalSender"), "type", "x"),
        BOTH,
        ("HDR-002", "CNV-007"),
    ),
    Case("CNV-006", "another access point", say("second_header", "//eb:From/eb:PartyId", "AP"), BOTH, ("CNV-008",)),
    Case(
        "CNV-007",
        "another recipient",
        say("response_header", prop("finalRecipient"), "1"),
        BOTH,
        ("HDR-003",),
    ),
    Case("CNV-008", "another access point", say("response_header", "//eb:To/eb:PartyId", "AP")),
    Case("CNV-009", "the answer to another message", refers_to_another),
)
RECEIPTS = (
    Case("RCP-001", "another message", say("receipt", "//eb:RefToMessageId", "x@x.example")),
    Case("RCP-001", "no message", drop("receipt", "//eb:RefToMessageId")),
    Case("RCP-002", "a digest lost", drop("receipt", f"({RECEIVED})[2]")),
    Case("RCP-003", "another digest", say("receipt", f"({RECEIVED})[2]//ds:DigestValue", "AAAA")),
    Case("RCP-004", "a digest twice", again("receipt", f"({RECEIVED})[2]")),
    Case(
        "RCP-004",
        "a digest of something else",
        both(again("receipt", f"({RECEIVED})[2]"), put("receipt", f"({RECEIVED})[3]/ds:Reference", "URI", "cid:x@x")),
    ),
)
EVIDENCE = (
    Case("EVI-001", "another type than stated", travels_as(0, "application/pdf")),
    Case("EVI-002", "no XML", file_of(0, b"<a>"), BOTH, ("EVI-003",)),
    Case("EVI-002", "no PDF", file_of(1, b"<a/>"), NEWEST),
    Case("EVI-003", "another document", file_of(0, b"<a/>")),
    Case(
        "EVI-004",
        "a model that is unknown here",
        both(
            say("response", f"{MAIN}//sdg:ConformsTo", OTHER_MODEL),
            asked(lambda name: say(name, f"{ASKED}/sdg:ConformsTo", OTHER_MODEL)),
        ),
    ),
    Case("EVI-005", "the seal of another", sealed_by_another),
    Case(
        "EVI-006",
        "another birthday",
        say("response", f"{PERSON}/sdg:DateOfBirth", "1984-06-13"),
        BOTH,
        ("ANS-016",),
    ),
    *(
        Case(
            "EVI-006", f"a twin: {name}", say("response", f"{PERSON}/sdg:{name}", "Inger"), BOTH, ("ANS-016", "EVI-007")
        )
        for name in ("GivenName", "FamilyName")
    ),
    Case("EVI-007", "a middle name", say("response", f"{PERSON}/sdg:GivenName", "Solvej Anne"), BOTH, ("ANS-016",)),
)
CASES = [
    (case, version)
    for case in (*ANSWERS, *SECOND_REQUESTS, *BODIES, *HEADERS, *RECEIPTS, *EVIDENCE)
    for version in case.versions
]


def broken(exchange: Exchange) -> set[str]:
    return {finding.rule.removeprefix(PREFIX) for finding in exchange.findings()}


@pytest.mark.parametrize("version", BOTH)
def test_a_whole_exchange_breaks_no_rule(version: str) -> None:
    assert MAKE[version]().findings() == ()


def test_what_is_said_of_1_0_is_said_of_1_2() -> None:
    exchange = first()
    for document in ("request", "error", "second", "response"):
        say(document, VERSION, "oots-edm:v1.2")(exchange)
    assert exchange.findings() == ()
    drop("response", f"{MAIN}//sdg:Transformation")(exchange)
    assert broken(exchange) == {"ANS-011"}
    assert all(("v1.0" in rule.versions) is ("v1.2" in rule.versions) for rule in PAIR_RULES)


@pytest.mark.parametrize(
    ("case", "version"), CASES, ids=[f"{case.rule} {version}: {case.what}" for case, version in CASES]
)
def test_one_change_breaks_the_rules_that_it_should(case: Case, version: str) -> None:
    exchange = MAKE[version]()
    assert broken(exchange) == set()
    case.change(exchange)
    assert broken(exchange) == {case.rule, *case.also}


@pytest.mark.parametrize("rule", PAIR_RULES, ids=lambda rule: rule.id)
def test_every_rule_is_broken_somewhere_in_every_version(rule: PairRule[object]) -> None:
    tried = {version for case, version in CASES if PREFIX + case.rule == rule.id}
    assert tried == set(rule.versions) - {"v1.2"}


@pytest.mark.parametrize("rule", PAIR_RULES, ids=lambda rule: rule.id)
def test_every_rule_has_an_example_that_keeps_it_and_one_that_breaks_it(rule: PairRule[object]) -> None:
    example = pair_examples()[rule.id]
    assert len(example.keeps) == len(example.breaks) <= len(example.names)
    assert rule.id not in {finding.rule for finding in example.judge(example.keeps)}
    assert rule.id in {finding.rule for finding in example.judge(example.breaks)}
    assert "xmlns:" not in "".join((*example.keeps, *example.breaks))


def test_ids_are_of_our_own_and_each_is_there_once() -> None:
    ids = [rule.id for rule in PAIR_RULES]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"OOTSDK-PAIR-[A-Z]{3}-\d{3}", name) for name in ids)


def test_every_rule_says_what_it_demands_and_why_it_is_as_grave_as_it_is() -> None:
    for rule in PAIR_RULES:
        assert re.fullmatch(r"[A-Z].*\.", rule.says), rule.id
        assert (rule.find.__doc__ or "").startswith(GRAVE[rule.severity]), rule.id


GRAVE = {Severity.FATAL: "Fatal", Severity.WARNING: "A warning", Severity.INFO: "An info"}


@pytest.mark.parametrize("respelled", [reprefixed, slots_reversed], ids=["prefixes", "order"])
@pytest.mark.parametrize("version", BOTH)
def test_spelling_breaks_no_rule(version: str, respelled: Callable[[etree._Element], etree._Element]) -> None:
    exchange = MAKE[version]()
    exchange.each(respelled)
    assert exchange.findings() == ()


@pytest.mark.parametrize("respelled", [reprefixed, slots_reversed], ids=["prefixes", "order"])
@pytest.mark.parametrize(
    ("case", "version"), CASES, ids=[f"{case.rule} {version}: {case.what}" for case, version in CASES]
)
def test_spelling_hides_no_change(
    case: Case, version: str, respelled: Callable[[etree._Element], etree._Element]
) -> None:
    exchange = MAKE[version]()
    case.change(exchange)
    plainly = broken(exchange)
    exchange.each(respelled)
    assert broken(exchange) == plainly


@pytest.mark.parametrize(("case", "version"), CASES)
def test_what_is_demanded_tells_nothing_of_anybody_and_the_place_exists(case: Case, version: str) -> None:
    exchange = MAKE[version]()
    case.change(exchange)
    exchange.each(lambda document: parse(etree.tostring(document)))
    demands = {rule.id: rule.says for rule in PAIR_RULES}
    for finding in exchange.findings():
        assert finding.expected == demands[finding.rule]
        assert finding.xpath.startswith("/")
        assert finding.found
        assert finding.line


def test_a_blank_more_and_letters_composed_otherwise_are_the_same_name() -> None:
    exchange = newest()
    say("response", f"{PERSON}/sdg:FamilyName", " Prøvesen\n")(exchange)
    drop("response", f"{PERSON}/sdg:Identifier")(exchange)
    assert exchange.answers() == ()


def test_an_invalid_request_may_be_answered_without_its_id() -> None:
    exchange = newest()
    del exchange.error.attrib["requestId"]
    assert {finding.rule for finding in exchange.answers()} == {f"{PREFIX}ANS-001"}
    put("error", "//rs:Exception", f"{{{SCHEMES['xsi']}}}type", "rs:InvalidRequestExceptionType")(exchange)
    assert exchange.answers() == ()


def test_a_request_in_an_unknown_version_may_be_refused_in_a_known_one() -> None:
    exchange = newest()
    say("error", VERSION, "oots-edm:v1.2")(exchange)
    assert {finding.rule for finding in exchange.answers()} == {f"{PREFIX}ANS-002"}
    say("request", VERSION, "oots-edm:v9")(exchange)
    assert exchange.answers() == ()


def test_structured_evidence_without_a_data_model_comes_with_a_readable_version_that_nobody_asked_for() -> None:
    exchange = newest()
    asked(lambda name: drop(name, f"{ASKED}/sdg:AssociatedDocumentRequest"))(exchange)
    assert {finding.rule for finding in exchange.answers()} == {f"{PREFIX}ANS-012"}
    asked(lambda name: drop(name, f"{ASKED}/sdg:ConformsTo"))(exchange)
    drop("response", f"{MAIN}//sdg:ConformsTo")(exchange)
    assert exchange.answers() == ()


@pytest.mark.parametrize(("said", "again_said"), [("true", "1"), ("  true\n", "true")])
def test_a_boolean_spelled_otherwise_is_no_other_request(said: str, again_said: str) -> None:
    exchange = newest()
    value = f"{slot('PossibilityForPreview')}//rim:Value"
    nodes(exchange, "request", value)[0].text = said
    nodes(exchange, "second", value)[0].text = again_said
    assert exchange.previews() == ()
    nodes(exchange, "second", value)[0].text = "0"
    assert {finding.rule for finding in exchange.previews()} == {f"{PREFIX}PRV-008"}


def test_a_changed_person_is_told_by_the_first_difference() -> None:
    exchange = newest()
    say("second", f"{slot('NaturalPerson')}//sdg:FamilyName", "Andersen")(exchange)
    (finding,) = exchange.previews()
    assert finding.found == "in NaturalPerson: FamilyName 'Andersen' instead of 'Prøvesen'"


def test_a_preview_that_is_opened_by_post_takes_the_way_back_outside_its_address() -> None:
    exchange = first()
    say("second", PREVIEW, "https://preview.example.dk/p/0b8b3a3e?case=7")(exchange)
    assert {finding.rule for finding in exchange.previews()} == {f"{PREFIX}PRV-006"}
    say("error", f"{slot('PreviewMethod')}//rim:Value", "POST")(exchange)
    assert exchange.previews() == ()


def test_a_reply_to_a_header_without_lawful_conversation_may_take_another() -> None:
    exchange = newest()
    say("error_header", "//eb:ConversationId", OTHER_ID.removeprefix("urn:uuid:"))(exchange)
    assert {finding.rule for finding in exchange.headers()} == {f"{PREFIX}CNV-001"}
    say("request_header", "//eb:ConversationId", "session 7")(exchange)
    say("second_header", "//eb:ConversationId", "session 7")(exchange)
    say("response_header", "//eb:ConversationId", "session 7")(exchange)
    assert exchange.headers() == ()


def test_without_knowing_how_a_message_travelled_only_header_and_document_are_compared() -> None:
    exchange = newest()
    lose_a_part(exchange)
    assert {finding.rule for finding in exchange.bodies()} == {f"{PREFIX}HDR-010"}
    assert header_to_body(exchange.response_header, exchange.response) == ()


def test_a_content_id_may_be_escaped_in_its_uri() -> None:
    exchange = first()
    put("response_header", "//eb:PartInfo[2]", "href", "cid:attest%40dk.example")(exchange)
    assert exchange.bodies() == ()


def test_a_message_without_signature_has_no_digests_to_compare() -> None:
    exchange = first()
    drop("response_header", "//wsse:Security")(exchange)
    assert exchange.receipts() == ()


@pytest.mark.parametrize(
    ("given", "family"),
    [("SOLVEJ", "PROEVESEN"), ("Solvej Anne", "Provesen"), ("S.", "Holm-Prøvesen"), ("Σολβέι", "Πρόβεσεν")],
)
def test_another_spelling_of_a_name_is_doubted_and_not_refused(given: str, family: str) -> None:
    exchange = newest()
    say("response", f"{PERSON}/sdg:GivenName", given)(exchange)
    say("response", f"{PERSON}/sdg:FamilyName", family)(exchange)
    assert {finding.rule for finding in exchange.evidence()} == {f"{PREFIX}EVI-007"}


def test_a_rule_that_is_broken_everywhere_is_told_a_hundred_times() -> None:
    exchange = newest()
    for number in range(MOST + 20):
        carried(f"{number}@x.example", "application/pdf")(exchange)
    assert [finding.rule for finding in exchange.bodies()] == [f"{PREFIX}HDR-010"] * MOST


JPEG, PNG = b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize(
    ("media_type", "real", "other"),
    [
        ("application/pdf", PDF, b"%PS"),
        ("image/png", PNG, JPEG),
        ("image/jpeg", JPEG, PNG),
        ("image/svg+xml", SVG, b"<svg/>"),
        ("image/svg+xml", SVG, PNG),
        ("application/xml", SVG, b"<a>"),
        ("application/xml", SVG, b"<!DOCTYPE a><a/>"),
        ("application/json", b'{"a": 1}', b"{a: 1}"),
        ("application/json", b"[]", b"[" * 100_000),
    ],
)
def test_bytes_are_told_from_their_media_type(media_type: str, real: bytes, other: bytes) -> None:
    assert instead_of(media_type, real) is None
    assert instead_of(media_type, other)


@pytest.mark.parametrize("document", ["request", "error", "second", "response", "response_header", "receipt"])
@pytest.mark.parametrize("version", BOTH)
def test_an_empty_document_is_judged_without_stumbling(version: str, document: str) -> None:
    exchange = MAKE[version]()
    setattr(exchange, document, parse(b"<nothing/>"))
    for judge in (exchange.answers, exchange.previews, exchange.bodies, exchange.headers, exchange.receipts):
        assert isinstance(judge(), tuple)
