"""The verdict on a whole AS4 message: header, document and evidence, and what each says of the others.

Nothing is believed or refused by signature here: that needs trust anchors, and is the business of `oots verify`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from oots.edelivery import compression, mime
from oots.edelivery.encryption_profile import ENCRYPTED_KEY
from oots.edelivery.limits import Limits
from oots.edelivery.mime import MimePart
from oots.model.content import whole
from oots.model.errors import MessageError, TransportError
from oots.rules.kind import Kind
from oots.rules.pairs.evidence import evidence_to_metadata
from oots.rules.pairs.header import Header, bare, part_id, part_property
from oots.rules.pairs.header_to_body import GZIP, header_to_body
from oots.rules.pairs.lookup import Document, documents, references
from oots.rules.place import tag
from oots.rules.rule import Finding, Severity
from oots.validation.documents import judge
from oots.validation.recognition import Asked, Other
from oots.validation.report import FileReport
from oots.wire.schema import subject
from oots.wire.xml import parse

UNSIGNED_NOTE: Final = "whether the signature holds is not judged here: use oots verify"
_CONTENT_TYPE: Final = b"content-type:"
_STARTS: Final = (b"mime-version:", _CONTENT_TYPE)


@dataclass(frozen=True, slots=True)
class Carried:
    """A message taken apart: the SOAP envelope, the document in its first part, and all parts as they travelled."""

    envelope: etree._Element
    document: etree._Element
    parts: Mapping[str, MimePart]

    @property
    def header(self) -> Header:
        return Header.of(self.envelope)

    def evidence(self) -> Iterator[tuple[Document, str]]:
        """Each piece that the document describes, with the content id under which the message carries it."""
        for document in documents(self.document):
            yield from ((document, name) for name, _ in references(document.entry) if name in self.parts)

    def info(self, name: str) -> etree._Element | None:
        """What the header says of a part, by its content id."""
        return next((each for each in self.header.parts if part_id(each) == name), None)

    def content(self, name: str) -> tuple[str, bytes]:
        """Media type and content of a part, uncompressed; raises TransportError for what does not expand lawfully."""
        part, info = self.parts[name], self.info(name)
        if info is None or part_property(info, "CompressionType") != GZIP:
            return part.media_type, whole(part.content)
        stated = part_property(info, "MimeType") or part.media_type
        return stated, compression.expand(whole(part.content), Limits())


def is_message(start: bytes) -> bool:
    """Whether a file that begins like this is a message: its MIME header lines, an empty line, its body."""
    return start.lower().startswith(_STARTS)


def take_apart(data: bytes) -> Carried:
    """The parts of a message in a file; raises MessageError for what no receiver could take apart."""
    head, blank, body = data.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if line.lower().startswith(_CONTENT_TYPE)]
    if not blank or len(lines) != 1:
        raise MessageError("no Content-Type header line and empty line before the body of the message")
    package = mime.read(lines[0][len(_CONTENT_TYPE) :].strip().decode("latin-1"), body, Limits())
    envelope = parse(package.soap)
    if subject(envelope).tag != tag("eb:Messaging"):
        raise MessageError("the SOAP envelope of the message has no ebMS header")
    if next(envelope.iter(ENCRYPTED_KEY), None) is not None:
        raise MessageError(
            "the parts of the message are encrypted, so that only their receiver can say what is in them"
        )
    return Carried(envelope, _document(envelope, package.attachments), package.attachments)


def _document(envelope: etree._Element, parts: Mapping[str, MimePart]) -> etree._Element:
    """The root element of the first part that the header names, or else of the first that travelled."""
    named = [part_id(part) for part in Header.of(envelope).parts]
    found = next((parts[name] for name in (*named[:1], *parts) if name in parts), None)
    if found is None:
        raise MessageError("the message carries no document")
    try:
        return parse(whole(found.content))
    except MessageError as fault:
        raise MessageError(f"the document of the message: {fault.why}") from None


def judge_message(carried: Carried, name: str, asked: Asked) -> FileReport:
    """The report on a message; raises MessageError. The header is judged by the version of the document."""
    body = judge(carried.document, name, replace(asked, kind=_kind(asked)))
    if body.schema_valid is None:
        return body
    version = body.version.rpartition(":")[2] if body.version else None
    header = judge(carried.envelope, name, replace(asked, kind=Kind.EBMS_HEADER, version=version))
    pairs = header_to_body(carried.envelope, carried.document, _types(carried))
    return FileReport(
        name,
        Other.MESSAGE,
        body.version,
        bool(body.schema_valid and header.schema_valid),
        (*header.findings, *body.findings, *pairs, *_evidence_findings(carried)),
        (*body.notes, UNSIGNED_NOTE),
    )


def _kind(asked: Asked) -> Kind | None:
    """What the document of a message must be; that it has a header goes without saying."""
    return None if asked.kind is Kind.EBMS_HEADER else asked.kind


def _types(carried: Carried) -> dict[str, str]:
    return {name: bare(part.media_type) for name, part in carried.parts.items()}


def _evidence_findings(carried: Carried) -> Iterator[Finding]:
    """What each piece breaks of its metadata, and of those of the main evidence in its package.

    A part is looked into for the first that refers to it; that others do so too is a finding of its own.
    """
    looked_at: set[str] = set()
    mains = {found.package: found.metadata for found in documents(carried.document) if found.is_main}
    for document, name in carried.evidence():
        if name in looked_at:
            continue
        looked_at.add(name)
        main = None if document.is_main or document.package is None else mains.get(document.package)
        try:
            media_type, content = carried.content(name)
        except TransportError as fault:
            yield _unexpanded(carried, name, fault)
        else:
            yield from evidence_to_metadata(document.metadata, media_type, content, main=main)


def _unexpanded(carried: Carried, name: str, fault: TransportError) -> Finding:
    """A part that no receiver would expand, under the ebMS error with which it would be refused."""
    info = carried.info(name)
    at = carried.header.payload if info is None else info
    path, line = at.getroottree().getpath(at), at.sourceline
    says = "A compressed part must be one gzip member that expands within the limits."
    return Finding(fault.ebms, Severity.FATAL, says, fault.why, path, line if isinstance(line, int) else None, "4.7")
