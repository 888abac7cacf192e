"""A text in both languages of the pages, as data files hold it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from oots.web.words import Words


class Said(BaseModel):
    """`da` and `en` say the same."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    da: str
    en: str

    @property
    def words(self) -> Words:
        return Words(self.da, self.en)
