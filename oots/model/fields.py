"""Fields of evidence by their names, and never by what stands in them: how far each came, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from oots.model.text import Text


class Standing(StrEnum):
    """How far a field came. What was released was available, and what was available was requested."""

    REQUESTED = "requested"
    """The document has a place for it, and the register holds nothing to stand there."""
    AVAILABLE = "available"
    """It stands in a document that has not been sent."""
    RELEASED = "released"
    """It stands in a document that was sent."""
    WITHHELD = "withheld"
    """The register has such a field, and the document does not tell it. Whether the register holds something about
    this person there is not said: that would tell what is withheld."""


class Why(StrEnum):
    """Why a field is withheld; the words for it stand with the evidence type."""

    REQUIREMENT = "requirement"
    """No requirement of the request releases it."""
    NEVER = "never"
    """It leaves the register for nobody."""


@dataclass(frozen=True, slots=True)
class FieldTold:
    """A field of a piece of evidence. `name` is the path of its element below the root of the document
    (`Person/Fornavne`); of what no document has it is the register's own term. `evidence_id` says of which evidence,
    once it has an id; `why` is there for what is withheld."""

    name: str
    standing: Standing
    why: Why | None = None
    evidence_id: str = ""


@dataclass(frozen=True, slots=True)
class KnownField:
    """What an evidence type says of a field. `only_for` are the UUIDs of the requirements that alone release it,
    `because` is why it is withheld otherwise; without `always` the document of one person may hold it and that of
    another not, so that its being there tells something."""

    name: str
    labels: tuple[Text, ...]
    only_for: tuple[str, ...] = ()
    because: tuple[Text, ...] = ()
    always: bool = True


@dataclass(frozen=True, slots=True)
class KnownFields:
    """The fields of an evidence type: its `own`, in the order of its document, then what never leaves the register;
    `others` are those of data models of others in which it can be asked for."""

    titles: tuple[Text, ...]
    own: tuple[KnownField, ...]
    others: tuple[KnownField, ...] = ()

    def named(self, name: str) -> KnownField | None:
        return next((field for field in (*self.own, *self.others) if field.name == name), None)
