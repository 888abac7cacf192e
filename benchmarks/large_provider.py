"""The municipality's service with a source that issues one prepared PDF, whatever is asked: `oots serve` but for that.

`BENCH_EVIDENCE` names its file, which is read anew for each exchange.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

import uvicorn

from oots.deployment.apps import provider_service
from oots.deployment.serving import server_config, surroundings
from oots.deployment.settings import ProviderSettings, read
from oots.model.agent import Agent
from oots.model.issuing import Applicant, Issue, Issued, Match, Offer, Order
from oots.provider.service import EvidenceProvider
from oots.provider.source import EvidenceSource, OnlySource

EVIDENCE: Final = "BENCH_EVIDENCE"
_PDF = "application/pdf"


class FileSource:
    """The content of a file, read piece by piece (a `Source`)."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def open(self) -> BinaryIO:
        return self._file.open("rb")


class LargeSource:
    """Another source, whose PDFs are all that of the file."""

    def __init__(self, source: EvidenceSource, file: Path) -> None:
        self._source = source
        self._file = file

    @property
    def authority(self) -> Agent:
        return self._source.authority

    def open(self) -> BinaryIO:
        """The file, as the content of each PDF."""
        return self._file.open("rb")

    def offer(self, classification: str) -> Offer | None:
        return self._source.offer(classification)

    def match(self, applicant: Applicant) -> Match:
        return self._source.match(applicant)

    def issue(self, order: Order) -> Issue:
        issue = self._source.issue(order)
        return tuple(self._enlarged(each) for each in issue) if isinstance(issue, tuple) else issue

    def _enlarged(self, issued: Issued) -> Issued:
        documents = tuple(
            replace(each, content=self) if each.distribution.format == _PDF else each for each in issued.documents
        )
        return replace(issued, documents=documents)


def main() -> None:
    """Serve until told to end."""
    os.umask(0o077)
    settings = read(ProviderSettings)
    exchanging = provider_service(settings, surroundings(settings))
    provider = exchanging.service
    if not isinstance(provider, EvidenceProvider):
        raise TypeError(type(provider))
    source = provider.sources.of(provider.sources.host.identifier)
    if source is None:
        raise LookupError("the host is one of the authorities")
    provider.sources = OnlySource(LargeSource(source, Path(os.environ[EVIDENCE])))
    uvicorn.Server(server_config(exchanging.app, settings)).run()


if __name__ == "__main__":
    main()
