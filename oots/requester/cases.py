"""The cases a person can bring to the procedure portal."""

from __future__ import annotations

from dataclasses import dataclass

from oots.model.text import Text


@dataclass(frozen=True, slots=True)
class Case:
    """A procedure of the portal and the requirement for which evidence is fetched.

    `procedure` is a code of the list Procedures, `requirement` the URL of the catalogue. `preview` says whether the
    person must be able to preview (2018/1724 art. 14(3)(f)); only the test procedure goes without.
    """

    key: str
    procedure: str
    requirement: str
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...]
    preview: bool = True


_REQUIREMENTS = "https://sr.oots.tech.ec.europa.eu/requirements/"

CASES = (
    Case(
        "change-of-address",
        "V1",
        _REQUIREMENTS + "ed63cd8b-b2ad-4508-bfbb-5c3353791b27",
        (
            Text("DA", "Flyt til Litauen: anmeld din nye adresse"),
            Text("EN", "Move to Lithuania: register your address"),
        ),
        (
            Text("DA", "Du skal vise, hvor du boede, før du flyttede. Vi kan hente din danske bopælsattest for dig."),
            Text("EN", "You must show where you lived before. We can fetch your Danish residence certificate for you."),
        ),
    ),
    Case(
        "pension",
        "W1",
        _REQUIREMENTS + "528adc38-092d-40ce-a3af-d838ec06a349",
        (Text("DA", "Søg folkepension i Litauen"), Text("EN", "Claim your old-age pension in Lithuania")),
        (
            Text("DA", "Du skal vise, hvor du har boet gennem årene. Vi kan hente dine danske adresser for dig."),
            Text(
                "EN", "You must show where you have lived over the years. We can fetch your Danish addresses for you."
            ),
        ),
    ),
    Case(
        "test",
        "00",
        _REQUIREMENTS + "00000000-0000-0000-0000-000000000000",
        (Text("DA", "Prøv forbindelsen uden forhåndsvisning"), Text("EN", "Try the connection without a preview")),
        (
            Text("DA", "Testprocedure: prøveattesten sendes straks, uden at du ser den først."),
            Text("EN", "Test procedure: the test certificate is sent at once, without you seeing it first."),
        ),
        preview=False,
    ),
)


def case_of(key: str) -> Case:
    """The case with this key; raises LookupError."""
    for case in CASES:
        if case.key == key:
            return case
    raise LookupError(key)
