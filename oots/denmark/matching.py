"""Who is meant by a person's eIDAS attributes, and whether somebody may act for her.

Article 16 of Implementing Regulation (EU) 2022/1463: evidence is exchanged only where the attributes mean exactly one
person. Name and date of birth must fit; where they fit several, the optional attributes may tell these apart. Whatever
comes out, every rule is put to every record, and every mandate is looked at: an answer that took as long tells nothing
about who is registered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from oots.denmark.cpr import CprPerson, Koen, Personstatus, Raekkestatus
from oots.denmark.names import GivenName, Spellings, spellings
from oots.denmark.representation import Representation, cvr_numbers
from oots.model.issuing import Applicant, Match, Matched, MatchOutcome, NotMatched
from oots.model.person import LegalPerson, NaturalPerson, Subject

_NOT_IN_USE = frozenset({Personstatus.ANNULLERET, Personstatus.NEDLAGT_PERSON, Personstatus.DOED})
_SEXES = {Koen.KVINDE: frozenset({"female"}), Koen.MAND: frozenset({"male"})}
_NOTHING: Spellings = frozenset()


class Rule(StrEnum):
    """What is compared. The first three must fit; the others tell apart those whom these leave."""

    DATE_OF_BIRTH = "date-of-birth"
    NAME = "name"
    RECORD_IN_USE = "record-in-use"
    PLACE_OF_BIRTH = "place-of-birth"
    BIRTH_NAME = "birth-name"
    GENDER = "gender"
    NATIONALITY = "nationality"
    ADDRESS = "address"


class Verdict(StrEnum):
    """How a record stands to a rule; UNKNOWN where the attribute was not given or the register holds none."""

    FITS = "fits"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class Ground(StrEnum):
    """Why somebody may act for another."""

    CUSTODY = "custody"
    GUARDIANSHIP = "guardianship"
    MANDATE = "mandate"
    BINDS_COMPANY = "binds-company"


@dataclass(frozen=True, slots=True)
class Telling:
    """An optional attribute: what the applicant says, and what a record holds, both as comparable spellings."""

    rule: Rule
    said: Callable[[NaturalPerson], Spellings]
    held: Callable[[CprPerson], Spellings]


@dataclass(frozen=True, slots=True)
class Step:
    """What one rule left: the keys of the records before and after it; a rule that could not tell leaves all."""

    rule: Rule
    before: frozenset[str]
    after: frozenset[str]


@dataclass(frozen=True, slots=True)
class Identification:
    """How the attributes of one person came out, with the way there; `verdicts` are by record and rule."""

    outcome: MatchOutcome
    remaining: frozenset[str]
    steps: tuple[Step, ...]
    verdicts: dict[str, dict[Rule, Verdict]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A whole match: of the subject, of the representative if there is one, and what gives that one the right to act.

    `grounds` are those that were found, `needed` says whether one is.
    """

    match: Match
    subject: Identification | None
    representative: Identification | None
    grounds: tuple[Ground, ...]
    needed: bool


def match(applicant: Applicant, persons: tuple[CprPerson, ...], representation: Representation, day: date) -> Match:
    """Who is meant on `day`; everything but exactly one person, rightly represented, is `NotMatched`."""
    return explain(applicant, persons, representation, day).match


def explain(
    applicant: Applicant, persons: tuple[CprPerson, ...], representation: Representation, day: date
) -> Explanation:
    """The same, with the way there: for an architect, never for the citizen."""
    subject = _identified(applicant.subject, persons)
    acting = _identified(applicant.representative, persons)
    companies = _companies(applicant.subject, representation)
    grounds = _grounds(subject, acting, companies, persons, representation, applicant.classification, day)
    keys = _keys(subject, companies)
    needed = isinstance(applicant.subject, LegalPerson) | (applicant.representative is not None)
    needed |= _fully_under_guardianship(keys, persons, day)
    outcome = _outcome(subject, keys, needed, grounds)
    found: Match = NotMatched(outcome, len(keys))
    if outcome is MatchOutcome.UNIQUE:
        (key,) = keys
        found = Matched(key)
    return Explanation(found, subject, acting, grounds, needed)


def identify(person: NaturalPerson, persons: tuple[CprPerson, ...]) -> Identification:
    """How one person's attributes come out among these records."""
    given = GivenName(person.family_name, person.given_name)
    said = [telling.said(person) for telling in TELLING]
    held = [[telling.held(record) for telling in TELLING] for record in persons]
    verdicts = {
        record.id: {
            Rule.DATE_OF_BIRTH: _verdict(record.foedselsdato == person.date_of_birth),
            Rule.NAME: _verdict(given.could_mean(record.navne)),
            Rule.RECORD_IN_USE: _verdict(record.personstatus not in _NOT_IN_USE),
        }
        | {telling.rule: _compared(says, holds) for telling, says, holds in zip(TELLING, said, of_record, strict=True)}
        for record, of_record in zip(persons, held, strict=True)
    }
    remaining = frozenset(verdicts)
    steps = []
    for rule in Rule:
        after = _after(rule, remaining, verdicts)
        steps.append(Step(rule, remaining, after))
        remaining = after
    more = _could_tell_more(remaining, persons, said, held)
    return Identification(_counted(len(remaining), more), remaining, tuple(steps), verdicts)


def _identified(subject: Subject | None, persons: tuple[CprPerson, ...]) -> Identification | None:
    return identify(subject, persons) if isinstance(subject, NaturalPerson) else None


def _verdict(fits: bool) -> Verdict:
    return Verdict.FITS if fits else Verdict.DIFFERS


def _compared(said: Spellings, held: Spellings) -> Verdict:
    unknown = (not said) | (not held)
    return Verdict.UNKNOWN if unknown else _verdict(bool(said & held))


def _after(rule: Rule, before: frozenset[str], verdicts: dict[str, dict[Rule, Verdict]]) -> frozenset[str]:
    """What a rule leaves. An optional attribute counts only among several, and only where the register knows it of all
    of them: otherwise the one who is left would have been chosen by what is not known of the others."""
    fitting = frozenset([key for key, verdict in verdicts.items() if verdict[rule] is Verdict.FITS]) & before
    unknown = frozenset([key for key, verdict in verdicts.items() if verdict[rule] is Verdict.UNKNOWN]) & before
    tells = (rule in _MUST_FIT) | ((len(before) > 1) & (not unknown))
    return fitting if tells else before


def _could_tell_more(
    remaining: frozenset[str],
    persons: tuple[CprPerson, ...],
    said: list[Spellings],
    held: list[list[Spellings]],
) -> bool:
    """Whether an attribute that was not given would tell those apart who remain."""
    telling = [
        (not says) & (_NOTHING not in values) & (len(values) > 1)
        for says, values in (
            (
                said[at],
                {of_record[at] for record, of_record in zip(persons, held, strict=True) if record.id in remaining},
            )
            for at in range(len(TELLING))
        )
    ]
    return sum(telling) > 0


def _counted(candidates: int, more: bool) -> MatchOutcome:
    several = MatchOutcome.MORE_NEEDED if more else MatchOutcome.SEVERAL
    return [MatchOutcome.NONE, MatchOutcome.UNIQUE, several][min(candidates, 2)]


def _companies(subject: Subject, representation: Representation) -> frozenset[str]:
    numbers = cvr_numbers(subject) if isinstance(subject, LegalPerson) else frozenset()
    return frozenset([company.cvr for company in representation.virksomhed]) & numbers


def _keys(subject: Identification | None, companies: frozenset[str]) -> frozenset[str]:
    return subject.remaining if subject else companies


def _fully_under_guardianship(keys: frozenset[str], persons: tuple[CprPerson, ...], day: date) -> bool:
    wards = [record.id for record in persons if record.fuldt_vaergemaal(day)]
    return bool(keys & frozenset(wards))


def _grounds(
    subject: Identification | None,
    acting: Identification | None,
    companies: frozenset[str],
    persons: tuple[CprPerson, ...],
    representation: Representation,
    classification: str | None,
    day: date,
) -> tuple[Ground, ...]:
    """Every ground on which the one who acts may do so, out of every record, mandate and company."""
    whom = subject.remaining if subject else frozenset()
    who = acting.remaining if acting else frozenset()
    who = who if len(who) == 1 else frozenset()
    pairs: dict[Ground, list[tuple[str, str]]] = {
        Ground.CUSTODY: [(record.id, holder) for record in persons for holder in record.custody_holders(day)],
        Ground.GUARDIANSHIP: [
            (record.id, row.vaerge) for record in persons for row in record.vaergemaal if row.in_force(day)
        ],
        Ground.MANDATE: [
            (each.fuldmagtsgiver, each.fuldmaegtig)
            for each in representation.fuldmagt
            if each.covers(classification, day)
        ],
        Ground.BINDS_COMPANY: [
            (company.cvr, each.person)
            for company in representation.virksomhed
            for each in company.tegningsberettigede
            if each.in_force(day)
        ],
    }
    return tuple(
        [ground for ground, held in pairs.items() if [1 for of, by in held if (of in whom | companies) & (by in who)]]
    )


def _outcome(
    subject: Identification | None, keys: frozenset[str], needed: bool, grounds: tuple[Ground, ...]
) -> MatchOutcome:
    found = subject.outcome if subject else _counted(len(keys), False)
    refused = (found is MatchOutcome.UNIQUE) & needed & (not grounds)
    return MatchOutcome.NOT_REPRESENTED if refused else found


def _place_said(person: NaturalPerson) -> Spellings:
    return spellings(person.place_of_birth or "") | spellings(person.town_of_birth or "")


def _place_held(record: CprPerson) -> Spellings:
    whole = record.foedested or ""
    return spellings(whole) | spellings(whole.partition(",")[0])


def _birth_name_held(record: CprPerson) -> Spellings:
    former = sorted((row for row in record.tidligere_navne if row.counts), key=lambda row: row.virkning_fra)
    forms = (former[0].navn if former else record.navn).former
    whole = [spellings(f"{form.fornavne} {form.mellemnavn or ''} {form.efternavn}") for form in forms]
    return frozenset().union(*whole, *(spellings(form.efternavn) for form in forms))


def _nationality_held(record: CprPerson) -> Spellings:
    rows = (row for row in record.statsborgerskab if row.status is Raekkestatus.AKTUEL)
    return frozenset(row.landekode for row in rows)


def _address_said(person: NaturalPerson) -> Spellings:
    address = person.current_address
    if address is None or address.country != "DK":
        return _NOTHING
    parts = (address.post_code, address.thoroughfare, address.locator_designator)
    return spellings(" ".join(part or "" for part in parts)) if all(parts) else _NOTHING


def _address_held(record: CprPerson) -> Spellings:
    row = record.aktuel_adresse
    if row is None or row.hoej_vejkode or row.husnummer is None:
        return _NOTHING
    return spellings(f"{row.postnummer} {row.vejnavn} {row.husnummer}")


TELLING = (
    Telling(Rule.PLACE_OF_BIRTH, _place_said, _place_held),
    Telling(Rule.BIRTH_NAME, lambda person: spellings(person.birth_name or ""), _birth_name_held),
    Telling(
        Rule.GENDER,
        lambda person: frozenset({(person.gender or "").casefold()} & {"female", "male"}),
        lambda record: _SEXES[record.koen],
    ),
    Telling(Rule.NATIONALITY, lambda person: frozenset({person.nationality or ""} - {""}), _nationality_held),
    Telling(Rule.ADDRESS, _address_said, _address_held),
)
_MUST_FIT = frozenset(Rule) - {telling.rule for telling in TELLING}
