"""Evidence as the page of the preview shows it: drawn, as text, as source."""

from __future__ import annotations

from dataclasses import dataclass

from oots.model.content import Content, whole
from oots.provider.preview import PreviewSpace
from oots.provider.shown import ShownDocument, ShownPackage
from oots.web.page_images import UnreadablePdfError, texts_of
from oots.wire.readable import readable

PDF, XML = "application/pdf", "application/xml"


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document as the page shows it: `pages` is the text of each page of a PDF, `source` that of an XML."""

    document: ShownDocument
    pages: tuple[str, ...]
    source: str | None


@dataclass(frozen=True, slots=True)
class PackageView:
    """One piece of evidence with its documents, readable ones first."""

    package: ShownPackage
    documents: tuple[DocumentView, ...]


def package_view(space: PreviewSpace, token: str, package: ShownPackage) -> PackageView:
    """The view of a package behind an open link; raises PreviewClosedError where it has been closed meanwhile."""
    views = [_document(space, token, document) for document in package.documents]
    return PackageView(package, tuple(sorted(views, key=lambda view: view.document.media_type != PDF)))


def _document(space: PreviewSpace, token: str, document: ShownDocument) -> DocumentView:
    _, content = space.content(token, document.package, document.number)
    return DocumentView(
        document,
        _pages(content) if document.media_type == PDF else (),
        readable(whole(content)) if document.media_type == XML else None,
    )


def _pages(pdf: Content) -> tuple[str, ...]:
    """The text of each page; none if the document cannot be shown."""
    try:
        return texts_of(pdf)
    except UnreadablePdfError:
        return ()
