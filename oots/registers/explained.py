"""Why a match came out as it did: each rule, and which records fell at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace

from oots.denmark.cpr import CprPerson
from oots.denmark.matching import Explanation, Ground, Identification, Rule, Verdict
from oots.model.issuing import Applicant, Matched, MatchOutcome
from oots.model.person import LegalPerson, NaturalPerson, Subject
from oots.web.words import Words

RULES = {
    Rule.DATE_OF_BIRTH: Words("Fødselsdato", "Date of birth"),
    Rule.NAME: Words("Navn, også tidligere", "Name, former ones too"),
    Rule.RECORD_IN_USE: Words("Posten er i brug, personen lever", "Record in use, person alive"),
    Rule.PLACE_OF_BIRTH: Words("Fødested", "Place of birth"),
    Rule.BIRTH_NAME: Words("Fødenavn", "Birth name"),
    Rule.GENDER: Words("Køn", "Gender"),
    Rule.NATIONALITY: Words("Statsborgerskab", "Nationality"),
    Rule.ADDRESS: Words("Nuværende adresse", "Current address"),
}
HIDDEN = (Words("vises ikke, fordi adressen er beskyttet", "not shown, as the address is protected"), "info")
"""What is said of a protected address, whatever was entered."""
VERDICTS = {
    Verdict.FITS: (Words("passer", "fits"), "success"),
    Verdict.DIFFERS: (Words("passer ikke", "differs"), "error"),
    Verdict.UNKNOWN: (Words("kan ikke siges", "cannot be told"), "info"),
}
OUTCOMES = {
    MatchOutcome.UNIQUE: (Words("Netop én person", "Exactly one person"), "success"),
    MatchOutcome.NONE: (Words("Ingen person", "No person"), "error"),
    MatchOutcome.SEVERAL: (
        Words("Flere personer, som intet skiller ad", "Several persons whom nothing tells apart"),
        "error",
    ),
    MatchOutcome.MORE_NEEDED: (
        Words("Flere personer: flere oplysninger ville skille dem ad", "Several; more attributes would help"),
        "warning",
    ),
    MatchOutcome.NOT_REPRESENTED: (
        Words("Personen er fundet, men ikke rigtigt repræsenteret", "The person is found, but not rightly represented"),
        "error",
    ),
}
GROUNDS = {
    Ground.CUSTODY: Words("forældremyndighed", "custody"),
    Ground.GUARDIANSHIP: Words("værgemål", "guardianship"),
    Ground.MANDATE: Words("fuldmagt til denne dokumentation", "a mandate for this evidence"),
    Ground.BINDS_COMPANY: Words("ejer eller leder virksomheden", "owns or manages the company"),
}


@dataclass(frozen=True, slots=True)
class ToldStep:
    """A rule, how many records it met and left, and who fell."""

    rule: Words
    before: int
    after: int
    fell: tuple[CprPerson, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that fits by name or birth date, and how it stands to each rule."""

    person: CprPerson
    remains: bool
    verdicts: tuple[tuple[Words, Words, str], ...]


@dataclass(frozen=True, slots=True)
class ToldPerson:
    """One whose attributes were compared: the subject, or whoever acts."""

    role: Words
    name: str
    outcome: Words
    badge: str
    steps: tuple[ToldStep, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """The whole match."""

    outcome: Words
    badge: str
    matched: bool
    persons: tuple[ToldPerson, ...]
    company: str | None
    needed: bool
    grounds: tuple[Words, ...]
    address_unused: bool


def explained(
    applicant: Applicant,
    explain: Callable[[Applicant], Explanation],
    persons: Sequence[CprPerson],
    hidden: Set[str],
) -> Told:
    """The match in words and with the records that it speaks of.

    `hidden` are the keys of those whose address is protected: nothing here depends on whether an address is theirs.
    Where addresses could tell one of them from others, the match is explained as if none had been given.
    """
    explanation = explain(applicant)
    address_unused = _could_betray(explanation, hidden)
    if address_unused:
        explanation = explain(_without_address(applicant))
    match = explanation.match
    outcome, badge = OUTCOMES[MatchOutcome.UNIQUE if isinstance(match, Matched) else match.outcome]
    roles = (
        (Words("Den, det handler om", "Whom it is about"), applicant.subject, explanation.subject),
        (Words("Den, der handler", "Who acts"), applicant.representative, explanation.representative),
    )
    return Told(
        outcome,
        badge,
        isinstance(match, Matched),
        tuple(_person(role, whom, found, persons, hidden) for role, whom, found in roles if found is not None),
        applicant.subject.legal_name if isinstance(applicant.subject, LegalPerson) else None,
        explanation.needed,
        tuple(GROUNDS[ground] for ground in explanation.grounds),
        address_unused,
    )


def _could_betray(explanation: Explanation, hidden: Set[str]) -> bool:
    """Whether a protected record is among those that the rule of the address would tell apart."""
    found = [each for each in (explanation.subject, explanation.representative) if each is not None]
    return any(
        step.rule is Rule.ADDRESS and len(step.before) > 1 and step.before & hidden
        for each in found
        for step in each.steps
    )


def _without_address(applicant: Applicant) -> Applicant:
    subject, acting = _homeless(applicant.subject), applicant.representative
    return replace(applicant, subject=subject, representative=acting and _homeless(acting))


def _homeless(whom: Subject) -> Subject:
    return replace(whom, current_address=None) if isinstance(whom, NaturalPerson) else whom


def _person(
    role: Words, whom: Subject | None, found: Identification, persons: Sequence[CprPerson], hidden: Set[str]
) -> ToldPerson:
    name = f"{whom.given_name} {whom.family_name}" if isinstance(whom, NaturalPerson) else ""
    outcome, badge = OUTCOMES[found.outcome]
    by_id = {person.id: person for person in persons}
    steps = tuple(
        ToldStep(
            RULES[step.rule],
            len(step.before),
            len(step.after),
            _some([by_id[key] for key in by_id if key in step.before - step.after]),
        )
        for step in found.steps
    )
    return ToldPerson(role, name.strip(), outcome, badge, steps, _candidates(found, persons, hidden))


def _some(fell: list[CprPerson]) -> tuple[CprPerson, ...]:
    """Who fell, unless it is nearly everybody."""
    return tuple(fell) if len(fell) <= 5 else ()


def _candidates(found: Identification, persons: Sequence[CprPerson], hidden: Set[str]) -> tuple[Candidate, ...]:
    near = (Rule.NAME, Rule.DATE_OF_BIRTH)
    return tuple(
        Candidate(
            person,
            person.id in found.remaining,
            tuple(
                (RULES[rule], *(HIDDEN if rule is Rule.ADDRESS and person.id in hidden else VERDICTS[verdict]))
                for rule, verdict in found.verdicts[person.id].items()
            ),
        )
        for person in persons
        if any(found.verdicts[person.id][rule] is Verdict.FITS for rule in near)
    )
