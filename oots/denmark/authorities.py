"""Who issues a document: the municipality, or another authority whose document it passes on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import Field

from oots.denmark.document_model import DATA, Table, Worded, read
from oots.denmark.municipality import DIGSTORG, Municipality
from oots.model.identifiers import Identifier
from oots.model.text import Text


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority or company that issues documents; `cvr` has eight digits."""

    names: tuple[Text, ...]
    cvr: str

    @property
    def name(self) -> str:
        return self.names[0].value

    @property
    def identifier(self) -> Identifier:
        return Identifier(DIGSTORG, self.cvr)

    @classmethod
    def of(cls, municipality: Municipality) -> Authority:
        return cls(municipality.agent.names, municipality.cvr)


class _Entry(Table):
    id: str
    navn: Worded
    cvr: Annotated[str, Field(pattern=r"^[0-9]{8}$")]


class _File(Table):
    authority: tuple[_Entry, ...]


@cache
def authorities() -> dict[str, Authority]:
    """All authorities that are no municipalities, by id; raises ConfigurationError."""
    found = read(DATA / "authorities.toml", _File)
    return {each.id: Authority(each.navn.texts, each.cvr) for each in found.authority}
