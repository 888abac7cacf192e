"""Attacks on the MIME package: parts that are not what their headers or the signed header say."""

from __future__ import annotations

from functools import partial

from oots.edelivery.header import PartInfo
from oots.edelivery.mime import MimePart
from tests.support.attacks import Area, Refused, attack
from tests.support.changes import (
    FAILED_AUTHENTICATION,
    INVALID_HEADER,
    MIME_INCONSISTENCY,
    Sent,
    before_signing,
    in_the_package,
    named,
    replaced,
)
from tests.support.doors import SAYS_NOTHING, Door, attachments_of, repackaged, same_provider_door, signed_anew

package = partial(in_the_package, Area.PACKAGE, told=MIME_INCONSISTENCY)
with_a_door = partial(attack, Area.PACKAGE, same_provider_door)

TYPE = b"Content-Type: application/x-ebrs+xml"
CONTENT_ID = b"\r\nContent-ID: <"
SAME_SET = "not the same set"
UNCOVERED = "does not cover exactly the header, the body and every part"
EXTRA = MimePart("extra@ap-lt-01.oots.example", "application/pdf", b"%PDF-1.7")


def boundary_of(content_type: str) -> str:
    """The boundary, as `mime.write` states it."""
    return content_type.rpartition('boundary="')[2].rstrip('"')


def in_the_part(body: bytes, old: bytes, new: bytes) -> bytes:
    """The body with a change behind the SOAP part, in the headers or the content of the document."""
    envelope, end, rest = body.partition(b"</S12:Envelope>")
    return envelope + end + replaced(rest, old, new)


# --- the set of parts ---


@with_a_door(told=MIME_INCONSISTENCY, why=SAME_SET)
def a_part_that_the_header_does_not_name(door: Door) -> Refused:
    """Adds a part that neither header nor signature know of."""
    message = door.small()
    return door.refused(*repackaged(message, message.soap, [*attachments_of(message), EXTRA]))


@with_a_door(told=MIME_INCONSISTENCY, why=SAME_SET)
def a_part_left_out(door: Door) -> Refused:
    """Sends the signed message without its document."""
    message = door.small()
    return door.refused(*repackaged(message, message.soap, []))


@with_a_door(told=FAILED_AUTHENTICATION, why=UNCOVERED)
def a_part_that_was_never_sent(door: Door) -> Refused:
    """Names a part in the header that is not in the package, and signs that."""
    message = door.small()
    parts = (*message.header.parts, PartInfo(EXTRA.content_id, EXTRA.media_type))
    header = door.header(parts=parts)
    return door.refused(*signed_anew(header, attachments_of(message), door.key()))


@with_a_door(told=MIME_INCONSISTENCY, why=SAME_SET)
def a_part_named_twice(door: Door) -> Refused:
    """Names one part twice in the header, so that a reader could count it twice, and signs that."""
    message = door.small()
    header = door.header(parts=message.header.parts * 2)
    return door.refused(*signed_anew(header, attachments_of(message), door.key()))


@with_a_door(told=MIME_INCONSISTENCY, why="used twice")
def a_content_id_used_twice(door: Door) -> Refused:
    """Sends a second part under the content id of the signed one, for readers that take the last."""
    message = door.small()
    (document,) = attachments_of(message)
    evil = MimePart(document.content_id, document.media_type, b"<evil></evil>")
    return door.refused(*repackaged(message, message.soap, [document, evil]))


@with_a_door(told=MIME_INCONSISTENCY, why="used twice")
def the_content_id_of_the_envelope_on_a_part(door: Door) -> Refused:
    """Gives the document the content id of the SOAP part, so that each is found in the place of the other."""
    message = door.small()
    (document,) = attachments_of(message)
    alike = MimePart(f"soap.{message.message_id}", document.media_type, document.content)
    return door.refused(*repackaged(message, message.soap, [alike]))


@with_a_door(told=FAILED_AUTHENTICATION, why="InvalidDigest")
def two_parts_with_each_other_s_content(door: Door) -> Refused:
    """Swaps the contents of two signed parts."""
    first, second = door.part(SAYS_NOTHING), door.part(b"<other></other>")
    message = door.sealed(None, first, second)
    swapped = [
        MimePart(first.content_id, first.media_type, second.content),
        MimePart(second.content_id, second.media_type, first.content),
    ]
    return door.refused(*repackaged(message, message.soap, swapped))


@with_a_door(told=FAILED_AUTHENTICATION, why="InvalidDigest")
def the_content_of_a_part_exchanged(door: Door) -> Refused:
    """Puts another document under the content id of the signed one."""
    message = door.small()
    (document,) = attachments_of(message)
    evil = MimePart(document.content_id, document.media_type, b"<evil></evil>")
    return door.refused(*repackaged(message, message.soap, [evil]))


@before_signing(Area.PACKAGE, told=FAILED_AUTHENTICATION, why=UNCOVERED)
def a_part_to_be_fetched(root: object) -> None:
    """Names an address within the receiver's network as the part, and signs that (SSRF)."""
    named(root, "PartInfo").set("href", "http://127.0.0.1:9/document.xml")  # type: ignore[arg-type]


@before_signing(Area.PACKAGE, told=FAILED_AUTHENTICATION, why=UNCOVERED)
def a_part_without_an_address(root: object) -> None:
    """Leaves out which part the header means, and signs that."""
    del named(root, "PartInfo").attrib["href"]  # type: ignore[arg-type]


@before_signing(Area.PACKAGE, told=FAILED_AUTHENTICATION, why=UNCOVERED)
def a_content_id_in_percent_signs(root: object) -> None:
    """Spells the content id in the header with percent signs, and signs that."""
    part = named(root, "PartInfo")  # type: ignore[arg-type]
    part.set("href", part.get("href", "").replace("@", "%40"))


@with_a_door(told=INVALID_HEADER, why="content id")
def a_content_id_that_climbs_out_of_a_folder(door: Door) -> Refused:
    """Calls a signed part by a path that leads to another file, for receivers that name files by content ids."""
    document = MimePart("../../keys/ap-dk-01.key.pem", "application/x-ebrs+xml", SAYS_NOTHING)
    header = door.header(parts=(PartInfo(document.content_id, document.media_type),))
    return door.refused(*signed_anew(header, [document], door.key()))


@with_a_door(told=INVALID_HEADER, why="content id")
def a_content_id_that_hides_a_path_in_percent_signs(door: Door) -> Refused:
    """Calls a signed part by a path whose slashes are percent signs."""
    document = MimePart("..%2f..%2fevil@ap-lt-01.oots.example", "application/x-ebrs+xml", SAYS_NOTHING)
    header = door.header(parts=(PartInfo(document.content_id, document.media_type),))
    return door.refused(*signed_anew(header, [document], door.key()))


@with_a_door(told=MIME_INCONSISTENCY, why=SAME_SET)
def a_thousand_parts(door: Door) -> Refused:
    """Sends a thousand parts, each of which would be digested."""
    message = door.small()
    many = [MimePart(f"{number}@ap-lt-01.oots.example", "text/plain", b"x") for number in range(1_000)]
    return door.refused(*repackaged(message, message.soap, [*attachments_of(message), *many]))


# --- the headers of a part ---


@package(why="not transferred in binary")
def a_part_in_base64(content_type: str, body: bytes) -> Sent:
    """Declares a part to be in base64, so that some digest what it decodes to and others what was sent."""
    binary, base64 = b"Content-Transfer-Encoding: binary", b"Content-Transfer-Encoding: base64"
    return content_type, in_the_part(body, binary, base64)


@package(why="not transferred in binary")
def a_part_in_quoted_printable(content_type: str, body: bytes) -> Sent:
    """Declares a part to be quoted-printable, so that =3C is a tag to some readers."""
    binary, quoted = b"Content-Transfer-Encoding: binary", b"Content-Transfer-Encoding: quoted-printable"
    return content_type, in_the_part(body, binary, quoted)


@package(why="malformed, folded or repeated")
def a_folded_header(content_type: str, body: bytes) -> Sent:
    """Folds the type of a part over two lines, of which some readers see the first alone."""
    return content_type, in_the_part(body, TYPE, TYPE + b";\r\n charset=utf-8")


@package(why="malformed, folded or repeated")
def a_header_given_twice(content_type: str, body: bytes) -> Sent:
    """States two types of a part."""
    return content_type, in_the_part(body, TYPE, TYPE + b"\r\nContent-Type: text/html")


@package(why="malformed, folded or repeated")
def two_content_ids_of_a_part(content_type: str, body: bytes) -> Sent:
    """Gives a part two content ids."""
    return content_type, in_the_part(body, CONTENT_ID, b"\r\nContent-ID: <evil@x>" + CONTENT_ID)


@package(why="lacks a header or has an unknown one")
def a_header_that_nobody_knows(content_type: str, body: bytes) -> Sent:
    """Adds a header to a part that a gateway behind might obey."""
    return content_type, in_the_part(body, TYPE, b"X-Forward-To: attacker.example\r\n" + TYPE)


@package(why="lacks a header or has an unknown one")
def a_location_beside_the_content_id(content_type: str, body: bytes) -> Sent:
    """Adds a Content-Location, by which others would find the part under another name."""
    return content_type, in_the_part(body, TYPE, b"Content-Location: http://127.0.0.1:9/\r\n" + TYPE)


@package(why="lacks a header or has an unknown one")
def a_part_without_a_type(content_type: str, body: bytes) -> Sent:
    """Leaves the type of a part to be guessed."""
    return content_type, in_the_part(body, TYPE + b"\r\n", b"")


@package(why="malformed, folded or repeated")
def a_blank_before_the_colon(content_type: str, body: bytes) -> Sent:
    """Writes a blank before the colon of a header, which some readers take for a part of its name."""
    return content_type, in_the_part(body, b"Content-Type:", b"Content-Type :")


@package(why="malformed, folded or repeated")
def a_nul_in_a_header(content_type: str, body: bytes) -> Sent:
    """Ends a content id by a NUL for readers in C."""
    return content_type, in_the_part(body, CONTENT_ID, CONTENT_ID + b"evil@x\0")


@package(why="malformed, folded or repeated")
def a_bare_line_feed_in_a_header(content_type: str, body: bytes) -> Sent:
    """Hides a second header behind a bare line feed."""
    return content_type, in_the_part(body, TYPE, TYPE + b"\nContent-Type: text/html")


@package(why="not the one that its PartInfo states")
def a_part_of_another_type(content_type: str, body: bytes) -> Sent:
    """Has the document served as HTML, with another type than the signed header states."""
    return content_type, in_the_part(body, TYPE, b"Content-Type: text/html")


@package(why="not the one that its PartInfo states")
def a_part_in_another_charset(content_type: str, body: bytes) -> Sent:
    """Declares the document to be in UTF-7, in which harmless letters are tags."""
    return content_type, in_the_part(body, TYPE, TYPE + b"; charset=UTF-7")


@package(why="parts within parts")
def parts_within_a_part(content_type: str, body: bytes) -> Sent:
    """Declares a part to be a package of its own."""
    return content_type, in_the_part(body, TYPE, b"Content-Type: multipart/mixed; boundary=x")


@package(why="parts within parts")
def a_message_within_a_part(content_type: str, body: bytes) -> Sent:
    """Declares a part to be a message of its own."""
    return content_type, in_the_part(body, TYPE, b"Content-Type: Message/RFC822")


@package(why="a Content-ID is malformed")
def a_content_id_without_brackets(content_type: str, body: bytes) -> Sent:
    """Leaves out the brackets of a content id."""
    return content_type, in_the_part(body, CONTENT_ID, CONTENT_ID.removesuffix(b"<"))


@package(why="a Content-ID is malformed")
def two_content_ids_in_one(content_type: str, body: bytes) -> Sent:
    """Writes two content ids into one header, of which each reader takes its own."""
    return content_type, in_the_part(body, CONTENT_ID, CONTENT_ID + b"evil@x> <")


@package(why="malformed, folded or repeated")
def a_content_id_that_is_not_ascii(content_type: str, body: bytes) -> Sent:
    """Writes a letter outside ASCII into a content id."""
    return content_type, in_the_part(body, CONTENT_ID, CONTENT_ID + b"\xe6")


@package(why="no headers, or too long ones")
def a_part_without_headers(content_type: str, body: bytes) -> Sent:
    """Leaves out the empty line that ends the headers of a part."""
    return content_type, in_the_part(body, b"binary\r\n\r\n", b"binary\r\n")


@package(why="no headers, or too long ones")
def headers_without_end(content_type: str, body: bytes) -> Sent:
    """Writes a header of ten thousand letters."""
    return content_type, in_the_part(body, TYPE, b"Content-Description: " + b"x" * 10_000 + b"\r\n" + TYPE)


@package(why="not a SOAP envelope in UTF-8")
def an_envelope_in_utf_7(content_type: str, body: bytes) -> Sent:
    """Declares the SOAP part to be in UTF-7."""
    return content_type, replaced(body, b"charset=UTF-8", b"charset=UTF-7")


@package(why="not a SOAP envelope in UTF-8")
def an_envelope_as_plain_xml(content_type: str, body: bytes) -> Sent:
    """Declares the SOAP part to be plain XML, as SOAP 1.1 does."""
    return content_type, replaced(body, b"application/soap+xml; charset", b"text/xml; charset")


@package(why="not a SOAP envelope in UTF-8")
def an_envelope_as_xop(content_type: str, body: bytes) -> Sent:
    """Declares the SOAP part to be XOP, in which parts are pasted into the envelope."""
    xop = b'application/xop+xml; charset=UTF-8; type="application/soap+xml"'
    return content_type, replaced(body, b"application/soap+xml; charset=UTF-8", xop)


@package(why="larger than")
def an_envelope_of_two_megabytes(content_type: str, body: bytes) -> Sent:
    """Fills the envelope with two million blanks."""
    return content_type, replaced(body, b"</S12:Envelope>", b" " * 2_000_000 + b"</S12:Envelope>")


# --- where parts begin and end ---


@package(why="does not begin with its boundary")
def a_preamble(content_type: str, body: bytes) -> Sent:
    """Puts text before the first boundary, which MIME readers pass over and others do not."""
    return content_type, b"preamble\r\n" + body


@package(why="does not end the message")
def an_epilogue(content_type: str, body: bytes) -> Sent:
    """Puts text after the last boundary."""
    return content_type, body + b"epilogue"


@package(why="has no end")
def no_last_boundary(content_type: str, body: bytes) -> Sent:
    """Leaves the last boundary out."""
    return content_type, body[: body.rindex(b"\r\n--")]


@package(why="does not end the message")
def a_last_boundary_cut_short(content_type: str, body: bytes) -> Sent:
    """Cuts the message off within its last boundary, as a dropped connection would."""
    return content_type, body[:-4]


@package(why="has no end")
def a_body_cut_in_half(content_type: str, body: bytes) -> Sent:
    """Cuts the message off in its middle."""
    return content_type, body[: len(body) // 2]


@package(why="does not begin with its boundary")
def an_empty_body(content_type: str, body: bytes) -> Sent:
    """Sends nothing under the headers of a message."""
    return content_type, body[:0]


@package(why="does not begin with its boundary")
def line_feeds_alone(content_type: str, body: bytes) -> Sent:
    """Ends all lines with a line feed alone, as some readers allow."""
    return content_type, body.replace(b"\r\n", b"\n")


@package(why="does not begin with its boundary")
def blanks_behind_a_boundary(content_type: str, body: bytes) -> Sent:
    """Puts blanks behind the first boundary, where MIME allows them and string searches do not."""
    return content_type, body.replace(b"\r\n", b"  \r\n", 1)


@package(told=FAILED_AUTHENTICATION, why="InvalidDigest")
def a_part_smuggled_into_a_part(content_type: str, body: bytes) -> Sent:
    """Writes a boundary and another part into the content of the document."""
    smuggled = f"--{boundary_of(content_type)}\r\nContent-Type: text/html\r\n\r\n<script>\r\n".encode()
    return content_type, in_the_part(body, b"binary\r\n\r\n", b"binary\r\n\r\n\r\n" + smuggled)


# --- the Content-Type of the request ---


@package(why="not multipart/related")
def a_package_of_another_kind(content_type: str, body: bytes) -> Sent:
    """Declares the package to be multipart/mixed."""
    return content_type.replace("multipart/related", "multipart/mixed"), body


@package(why="not multipart/related")
def no_package_at_all(content_type: str, body: bytes) -> Sent:
    """Declares the package to be one XML document."""
    return "application/soap+xml; charset=UTF-8", body


@package(why="malformed")
def no_content_type(content_type: str, body: bytes) -> Sent:
    """Says nothing of what the body is."""
    return "", body


@package(why="not of the type application/soap+xml")
def a_package_of_soap_1_1(content_type: str, body: bytes) -> Sent:
    """Declares the package to be of SOAP 1.1."""
    return content_type.replace('type="application/soap+xml"', 'type="text/xml"'), body


@package(why="does not start with its first part")
def another_part_to_start_with(content_type: str, body: bytes) -> Sent:
    """Names another part as the one to start with."""
    return content_type.replace('start="<soap.', 'start="<other.'), body


@package(why="does not begin with its boundary")
def another_boundary(content_type: str, body: bytes) -> Sent:
    """States a boundary that is not the one in the body."""
    return content_type.replace('boundary="', 'boundary="x'), body


@package(why="malformed")
def two_boundaries(content_type: str, body: bytes) -> Sent:
    """States two boundaries, of which each reader takes its own."""
    return content_type.replace('boundary="', 'boundary="x"; boundary="'), body


@package(why="no lawful boundary")
def no_boundary(content_type: str, body: bytes) -> Sent:
    """Calls the boundary by another name."""
    return content_type.replace("boundary=", "bound="), body


@package(why="no lawful boundary")
def a_boundary_longer_than_lawful(content_type: str, body: bytes) -> Sent:
    """Uses a boundary of a hundred letters, of which some readers compare the first seventy."""
    old = boundary_of(content_type)
    new = old + "x" * (100 - len(old))
    return content_type.replace(old, new), body.replace(old.encode(), new.encode())


@package(why="no lawful boundary")
def a_boundary_that_ends_in_a_blank(content_type: str, body: bytes) -> Sent:
    """Uses a boundary that ends in a blank, which some readers strip."""
    old = boundary_of(content_type)
    return content_type.replace(old, f"{old} "), body.replace(old.encode(), f"{old} ".encode())


@package(why="")
def a_boundary_in_pieces(content_type: str, body: bytes) -> Sent:
    """States the boundary in numbered pieces as well, of which some readers make another one."""
    return content_type.replace("boundary=", "boundary*0=evil; boundary*1=x; boundary="), body


@package(why="")
def a_boundary_in_another_charset(content_type: str, body: bytes) -> Sent:
    """States another boundary in the extended notation as well."""
    return content_type.replace("boundary=", "boundary*=utf-8''evil; boundary="), body


@package(why="")
def a_quote_that_does_not_end(content_type: str, body: bytes) -> Sent:
    """Leaves the quotes of the boundary open."""
    return content_type.removesuffix('"'), body


@package(why="printable ASCII")
def a_content_type_over_two_lines(content_type: str, body: bytes) -> Sent:
    """Folds the Content-Type of the request over two lines."""
    return content_type.replace("multipart/related;", "multipart/related;\r\n"), body


@package(why="printable ASCII")
def a_content_type_that_is_not_ascii(content_type: str, body: bytes) -> Sent:
    """Writes a letter outside ASCII into the Content-Type of the request."""
    return content_type.replace("boundary=", "b\u00f8undary=x; boundary="), body


@package(why="moderate length")
def a_content_type_without_end(content_type: str, body: bytes) -> Sent:
    """Writes a Content-Type of several thousand letters, whose reading takes the square of that."""
    return content_type.replace("multipart/related", "multipart/related" + "; x=y" * 1_000), body


@package(why="parameters")
def a_content_type_of_many_parameters(content_type: str, body: bytes) -> Sent:
    """Writes a hundred parameters into the Content-Type of the request."""
    return content_type.replace("multipart/related", "multipart/related" + ";x=y" * 100), body
