"""Whatever a bopælsattest may say is written as valid XML and read back unchanged."""

from __future__ import annotations

from datetime import date
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from oots.denmark.bopaelsattest import Attesteret, Bopael, Bopaelsattest
from oots.denmark.bopaelsattest_xml import decode, encode
from oots.wire import schema
from oots.wire.xml import canonical, parse

LETTERS: Final = st.characters(exclude_categories=("Cc", "Cn", "Cs"))
TEXT: Final = st.text(LETTERS, min_size=1, max_size=40).map(lambda text: text.strip(" ")).filter(bool)
DIGITS: Final = {number: st.from_regex(rf"[0-9]{{{number}}}", fullmatch=True) for number in (4, 8)}
CERTAIN: Final = st.just(False)
HOUSE: Final = st.from_regex(r"[0-9]{1,3}[A-Z]?", fullmatch=True)


def residences(left: st.SearchStrategy[date | None], uncertain: st.SearchStrategy[bool]) -> st.SearchStrategy[Bopael]:
    """Places with and without a street; `uncertain` is about the date of leaving."""
    always = {
        "kommunekode": DIGITS[4],
        "kommunenavn": TEXT,
        "tilflytningsdato": st.dates(),
        "tilflytningsdato_usikker": st.booleans(),
        "fraflytningsdato": left,
        "fraflytningsdato_usikker": uncertain,
    }
    address = {"vejnavn": TEXT, "husnummer": HOUSE, "postnummer": DIGITS[4], "postdistrikt": TEXT}
    optional = dict.fromkeys(("conavn", "etage", "doer", "bynavn"), st.none() | TEXT)
    return st.builds(Bopael, **always) | st.builds(Bopael, **always, **address, **optional)


RESIDENCES: Final = residences(st.none(), CERTAIN) | residences(st.dates(), st.booleans())
CERTIFICATES: Final = st.builds(
    Bopaelsattest,
    sagsnummer=TEXT,
    udstedelsesdato=st.dates(),
    kommunekode=DIGITS[4],
    kommunenavn=TEXT,
    kommune_cvr=DIGITS[8],
    person=st.builds(Attesteret, TEXT, TEXT, TEXT, st.dates(), st.none() | TEXT),
    bopael=RESIDENCES,
    historik=st.none() | st.lists(RESIDENCES, max_size=3).map(tuple),
)


@settings(deadline=None, max_examples=80, database=None)
@given(CERTIFICATES)
def test_any_certificate_is_valid_canonical_and_reads_back_as_it_was_written(attest: Bopaelsattest) -> None:
    document = encode(attest)
    schema.enforce(document, "bopaelsattest")
    assert document == canonical(parse(document))
    assert decode(document) == attest
