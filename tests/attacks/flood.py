"""Attacks with XML that is no plain XML in UTF-8, or far too much of it, in the envelope."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from tests.support.attacks import Area
from tests.support.changes import INVALID_HEADER, in_the_spelling, replaced

spelling = partial(in_the_spelling, Area.FLOOD, told=INVALID_HEADER)
ILL_FORMED = "not well-formed XML in UTF-8"
OTHER_ENCODING = "a declaration of XML 1.0 in UTF-8"
DOCUMENT_TYPE = "a document type declaration is not accepted"
SERVICE = b">QueryManager<"
FIRST = b"<S12:Envelope"
INSIDE = b"<eb:UserMessage>"


def declared(encoding: str, envelope: bytes) -> bytes:
    """The envelope after a declaration that it is encoded in this way."""
    return f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + envelope


# --- document types and entities ---


@spelling(why=DOCUMENT_TYPE)
def a_document_type(envelope: bytes) -> bytes:
    """Declares a document type, which no signature covers."""
    return b"<!DOCTYPE Envelope>" + envelope


@spelling(why=DOCUMENT_TYPE)
def a_document_type_from_the_network(envelope: bytes) -> bytes:
    """Declares a document type that would have to be fetched from the attacker's host."""
    return b'<!DOCTYPE Envelope SYSTEM "http://127.0.0.1:9/envelope.dtd">' + envelope


@spelling(why=DOCUMENT_TYPE)
def a_local_file_as_an_entity(envelope: bytes) -> bytes:
    """Has a file of the receiver inserted into the header (XXE)."""
    subset = b'<!DOCTYPE Envelope [<!ENTITY file SYSTEM "file:///etc/hostname">]>'
    return subset + replaced(envelope, SERVICE, b">&file;<")


@spelling(why=DOCUMENT_TYPE)
def an_entity_from_the_network(envelope: bytes) -> bytes:
    """Has an address within the receiver's network fetched into the header (SSRF by XXE)."""
    subset = b'<!DOCTYPE Envelope [<!ENTITY page SYSTEM "http://127.0.0.1:9/">]>'
    return subset + replaced(envelope, SERVICE, b">&page;<")


@spelling(why=DOCUMENT_TYPE)
def a_parameter_entity(envelope: bytes) -> bytes:
    """Has further declarations fetched by a parameter entity, which works without any use in the content."""
    return b'<!DOCTYPE Envelope [<!ENTITY % more SYSTEM "http://127.0.0.1:9/more.dtd"> %more;]>' + envelope


@spelling(why=DOCUMENT_TYPE)
def a_billion_laughs(envelope: bytes) -> bytes:
    """Declares entities of entities, which grow to gigabytes where they are used."""
    names = "abcdefghij"
    entities = [b'<!ENTITY a "ha">']
    entities += [f'<!ENTITY {new} "{f"&{old};" * 10}">'.encode() for old, new in pairwise(names)]
    return b"<!DOCTYPE Envelope [" + b"".join(entities) + b"]>" + replaced(envelope, SERVICE, b">&j;<")


@spelling(why=DOCUMENT_TYPE)
def a_quadratic_blow_up(envelope: bytes) -> bytes:
    """Declares one long entity and uses it a thousand times, below the limits for entities of entities."""
    subset = b'<!DOCTYPE Envelope [<!ENTITY long "' + b"x" * 10_000 + b'">]>'
    return subset + replaced(envelope, SERVICE, b">" + b"&long;" * 1_000 + b"<")


@spelling(why=DOCUMENT_TYPE)
def default_attributes_by_document_type(envelope: bytes) -> bytes:
    """Declares attributes with default values, so that parsers that read the declarations see other ids."""
    return b'<!DOCTYPE Envelope [<!ATTLIST eb:UserMessage wsu:Id CDATA "messaging">]>' + envelope


@spelling(why=DOCUMENT_TYPE)
def ids_by_document_type(envelope: bytes) -> bytes:
    """Declares another attribute to be of type ID, so that parsers that read the declarations find it by its value."""
    return b"<!DOCTYPE Envelope [<!ATTLIST eb:PartyId type ID #IMPLIED>]>" + envelope


@spelling(why=OTHER_ENCODING)
def a_document_type_in_utf_16(envelope: bytes) -> bytes:
    """Hides a document type from a search of the bytes by encoding everything in UTF-16."""
    return ("<!DOCTYPE Envelope>" + envelope.decode()).encode("utf-16")


@spelling(why=ILL_FORMED)
def an_undeclared_entity(envelope: bytes) -> bytes:
    """Uses an entity that nobody declared."""
    return replaced(envelope, SERVICE, b">&service;<")


# --- encodings ---


@spelling(why=OTHER_ENCODING)
def an_envelope_in_utf_16(envelope: bytes) -> bytes:
    """Encodes the honest envelope in UTF-16 with a byte order mark."""
    return envelope.decode().encode("utf-16")


@spelling(why=OTHER_ENCODING)
def an_envelope_in_utf_32(envelope: bytes) -> bytes:
    """Encodes the honest envelope in UTF-32."""
    return envelope.decode().encode("utf-32")


@spelling(why=OTHER_ENCODING)
def an_envelope_in_ebcdic(envelope: bytes) -> bytes:
    """Encodes the honest envelope as mainframes do, and says so."""
    return declared("cp037", envelope).decode().encode("cp037")


@spelling(why=OTHER_ENCODING)
def a_declaration_of_utf_16_over_utf_8(envelope: bytes) -> bytes:
    """Declares UTF-16 over UTF-8, for a second parser that believes the declaration."""
    return declared("UTF-16", envelope)


@spelling(why=OTHER_ENCODING)
def a_declaration_of_latin_letters(envelope: bytes) -> bytes:
    """Declares ISO 8859-1, so that a second parser reads other letters than the first."""
    return declared("ISO-8859-1", envelope)


@spelling(why=OTHER_ENCODING)
def a_declaration_of_utf_7(envelope: bytes) -> bytes:
    """Declares UTF-7, in which plain ASCII text hides tags, so that a second parser reads another document."""
    evil = b"+ADw-eb:ConversationId+AD4-evil+ADw-/eb:ConversationId+AD4-"
    return declared("UTF-7", replaced(envelope, SERVICE, b">QueryManager" + evil + b"<"))


@spelling(why=OTHER_ENCODING)
def a_declaration_of_a_code_in_which_tags_are_letters(envelope: bytes) -> bytes:
    """Declares HZ, in which plain ASCII tags between ~{ and ~} are Chinese letters to a second parser."""
    return declared("HZ", envelope)


@spelling(why=OTHER_ENCODING)
def xml_1_1(envelope: bytes) -> bytes:
    """Declares XML 1.1, which takes other characters for line ends and names."""
    return b'<?xml version="1.1"?>' + envelope


@spelling(why=OTHER_ENCODING)
def a_byte_order_mark(envelope: bytes) -> bytes:
    """Begins with a byte order mark, which some parsers take for text and others for nothing."""
    return b"\xef\xbb\xbf" + envelope


@spelling(why=ILL_FORMED)
def an_overlong_spelling_of_a_bracket(envelope: bytes) -> bytes:
    """Spells < in two bytes, which lenient decoders turn into a tag after the bytes were searched."""
    return replaced(envelope, SERVICE, b">QueryManager\xc0\xbcevil/><")


@spelling(why=ILL_FORMED)
def half_a_surrogate_pair(envelope: bytes) -> bytes:
    """Writes half a surrogate pair, which is no character."""
    return replaced(envelope, SERVICE, b">Query\xed\xa0\x80Manager<")


@spelling(why=ILL_FORMED)
def a_nul_in_a_text(envelope: bytes) -> bytes:
    """Writes a NUL into a text, which ends it for readers in C."""
    return replaced(envelope, SERVICE, b">QueryManager\0evil<")


@spelling(why=ILL_FORMED)
def a_nul_by_reference(envelope: bytes) -> bytes:
    """Writes a NUL as a character reference."""
    return replaced(envelope, SERVICE, b">QueryManager&#0;evil<")


@spelling(why=ILL_FORMED)
def a_nul_after_the_envelope(envelope: bytes) -> bytes:
    """Ends the envelope with a NUL and goes on with another one behind it."""
    return envelope + b"\0" + envelope


# --- what canonicalisation drops ---


@spelling(why="comments are not accepted")
def a_comment_within_a_text(envelope: bytes) -> bytes:
    """Cuts a signed text in two by a comment, which canonicalisation drops and readers of the first piece believe."""
    return replaced(envelope, b">AP_LT_01<", b">AP_LT_01<!-- -->.attacker<")


@spelling(why="comments are not accepted")
def a_comment_before_the_envelope(envelope: bytes) -> bytes:
    """Puts a comment before the envelope, which no signature covers."""
    return b"<!-- evil -->" + envelope


@spelling(why="processing instructions are not accepted")
def a_processing_instruction_within_a_text(envelope: bytes) -> bytes:
    """Cuts a text in two by a processing instruction."""
    return replaced(envelope, SERVICE, b">Query<?evil?>Manager<")


@spelling(why="processing instructions are not accepted")
def a_style_sheet_before_the_envelope(envelope: bytes) -> bytes:
    """Names a style sheet on the attacker's host before the envelope, where no signature covers it."""
    return b'<?xml-stylesheet href="http://127.0.0.1:9/evil.xsl" type="text/xsl"?>' + envelope


@spelling(why="processing instructions are not accepted")
def a_processing_instruction_after_the_envelope(envelope: bytes) -> bytes:
    """Puts a processing instruction behind the envelope, where no signature covers it."""
    return envelope + b"<?evil?>"


# --- documents that are none ---


@spelling(why=ILL_FORMED)
def an_envelope_cut_off(envelope: bytes) -> bytes:
    """Leaves the end of the envelope out, for parsers that mend it."""
    return replaced(envelope, b"</S12:Envelope>", b"")


@spelling(why=ILL_FORMED)
def a_second_envelope_behind_the_first(envelope: bytes) -> bytes:
    """Sends two envelopes one after the other in one part."""
    return envelope + envelope


@spelling(why=ILL_FORMED)
def an_attribute_given_twice(envelope: bytes) -> bytes:
    """Gives the header two ids, of which each parser takes its own."""
    return replaced(envelope, b'wsu:Id="messaging"', b'wsu:Id="messaging" wsu:Id="evil"')


@spelling(why=ILL_FORMED)
def an_id_given_twice_under_two_prefixes(envelope: bytes) -> bytes:
    """Gives the header two ids under two prefixes of one namespace."""
    wsu = b"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
    twice = b'xmlns:other="' + wsu + b'" other:Id="evil" wsu:Id="messaging"'
    return replaced(envelope, b'wsu:Id="messaging"', twice)


@spelling(why=ILL_FORMED)
def a_prefix_without_a_namespace(envelope: bytes) -> bytes:
    """Uses a prefix that nobody declared."""
    return replaced(envelope, INSIDE, INSIDE + b"<evil:x></evil:x>")


@spelling(why="not a SOAP 1.2 envelope")
def an_envelope_of_soap_1_1(envelope: bytes) -> bytes:
    """Sends the envelope of another version of SOAP."""
    return envelope.replace(b"http://www.w3.org/2003/05/soap-envelope", b"http://schemas.xmlsoap.org/soap/envelope/")


@spelling(why="eb:Messaging once")
def a_prefix_bound_to_another_namespace(envelope: bytes) -> bytes:
    """Binds the prefix of the header to the attacker's namespace, for readers that go by prefix."""
    return replaced(
        envelope, b'<eb:Messaging xmlns:eb="http://docs.oasis-open.org', b'<eb:Messaging xmlns:eb="urn:evil'
    )


@spelling(why="eb:Messaging once")
def a_header_named_by_its_prefix_alone(envelope: bytes) -> bytes:
    """Adds a block that is called eb:Messaging in the attacker's namespace, for readers that go by prefix."""
    evil = b'<eb:Messaging xmlns:eb="urn:evil"><eb:UserMessage></eb:UserMessage></eb:Messaging>'
    return replaced(envelope, b"<S12:Header>", b"<S12:Header>" + evil)


# --- floods ---


@spelling(why="namespace declarations")
def a_flood_of_namespaces(envelope: bytes) -> bytes:
    """Declares a thousand namespaces on one element, each of which canonicalisation sorts and compares."""
    flood = b"".join(b' xmlns:n%d="urn:n"' % number for number in range(1_000))
    return replaced(envelope, INSIDE, INSIDE[:-1] + flood + b">")


@spelling(why="namespace declarations")
def a_flood_of_namespaces_in_depth(envelope: bytes) -> bytes:
    """Declares one namespace on each of two hundred and fifty nested elements."""
    opened = b"".join(b'<n xmlns:n%d="urn:n">' % number for number in range(250))
    return replaced(envelope, INSIDE, INSIDE + opened + b"</n>" * 250)


@spelling(why="attributes on one element")
def a_flood_of_attributes(envelope: bytes) -> bytes:
    """Puts a thousand attributes on one element, each of which is compared with all before it."""
    flood = b"".join(b' a%d=""' % number for number in range(1_000))
    return replaced(envelope, INSIDE, INSIDE[:-1] + flood + b">")


@spelling(why="attributes on one element")
def a_flood_of_attributes_without_blanks(envelope: bytes) -> bytes:
    """Puts a thousand attributes on one element with line ends about the equals signs, to deceive a count."""
    flood = b"".join(b"\na%d\n=\n'>'" % number for number in range(1_000))
    return replaced(envelope, INSIDE, INSIDE[:-1] + flood + b">")


@spelling(why="tags, attributes or character references")
def a_flood_of_tags(envelope: bytes) -> bytes:
    """Puts ten thousand empty elements into the header."""
    return replaced(envelope, INSIDE, INSIDE + b"<n/>" * 10_000)


@spelling(why="tags, attributes or character references")
def a_flood_of_references(envelope: bytes) -> bytes:
    """Has the signature refer to the body three hundred times, so that it is digested as often."""
    begin = envelope.index(b'<ds:Reference URI="#body">')
    end = envelope.index(b"</ds:Reference>", begin) + len(b"</ds:Reference>")
    return envelope[:end] + envelope[begin:end] * 300 + envelope[end:]


@spelling(why="tags, attributes or character references")
def a_flood_of_character_references(envelope: bytes) -> bytes:
    """Writes a text of ten thousand character references."""
    return replaced(envelope, SERVICE, b">" + b"&#x51;" * 10_000 + b"<")


@spelling(why=ILL_FORMED)
def an_abyss_of_tags(envelope: bytes) -> bytes:
    """Nests three hundred elements, for readers that call themselves for each."""
    return replaced(envelope, INSIDE, INSIDE + b"<n>" * 300 + b"</n>" * 300)
