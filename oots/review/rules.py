"""What the machine proposes for the architecture rules, and why an exchange says nothing of many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final

from oots.exchange.journal import Entry
from oots.review.duties import deletion, explicit_request, preview
from oots.review.proposal import DEVIATES, FOLLOWS, PARTLY, UNDER_WAY, Proposal, nothing, together
from oots.review.seen import Seen, references
from oots.web.words import Words

SILENT: Final[Mapping[str, Words]] = {
    "1.1": Words(
        "En udveksling viser, hvem der handlede, men ikke hvem der bestemmer over arkitekturen.",
        "An exchange shows who acted, but not who decides about the architecture.",
    ),
    "1.2": Words(
        "Projektets og de fælles mål står ikke i en udveksling.",
        "The goals of the project, and the common ones, do not stand in an exchange.",
    ),
    "1.3": Words(
        "Hvordan arkitekturen er beskrevet, kan ikke ses af en udveksling; se arkitekturbeskrivelsen.",
        "How the architecture is described cannot be seen from an exchange; see its description.",
    ),
    "1.4": Words(
        "Gennemgangen er den, du sidder med nu. Om der er andre, kan ikke ses her.",
        "The review is the one you are doing now. Whether there are others cannot be seen here.",
    ),
    "1.5": Words("Kompetencer kan ikke ses af en udveksling.", "Competence cannot be seen from an exchange."),
    "1.6": Words(
        "Hvem der ejer byggeblokkene, står ikke i meddelelserne.",
        "Who owns the building blocks does not stand in the messages.",
    ),
    "2.1": Words(
        "Meddelelserne siger ikke, hvilke fælles komponenter der står bag. I prototypen er de efterlignet.",
        "The messages do not say which common components stand behind them. In the prototype these are stand-ins.",
    ),
    "2.3": Words(
        "Leverandører og licenser kan ikke ses af en udveksling; se listen over afhængigheder.",
        "Vendors and licences cannot be seen from an exchange; see the list of dependencies.",
    ),
    "2.4": Words(
        "Én udveksling viser én version. Om løsningen kan ændres, viser den ikke.",
        "One exchange shows one version. Whether the solution can be changed it does not show.",
    ),
    "2.5": Words(
        "En udveksling er mellem myndigheder; den siger intet om private.",
        "An exchange is between authorities; it says nothing of the private sector.",
    ),
    "2.6": Words(
        "Meddelelserne bruger koder fra kodelister, men hvordan de holdes adskilt fra koden, kan ikke ses.",
        "The messages use codes from code lists, but how these are kept apart from the program cannot be seen.",
    ),
    "6.3": Words(
        "Om oplysningerne er rigtige og friske nok, kan en maskine ikke se af udvekslingen.",
        "Whether the facts are right and fresh enough a machine cannot see from the exchange.",
    ),
    "unknown": Words(
        "Reglens titel kendes ikke, så intet kan holdes op mod den. Kender du den, så skriv den i forklaringen.",
        "The rule's title is not known, so nothing can be held against it. If you know it, write it down.",
    ),
}
"""The rules of which no exchange shows anything, and why."""

_LAWFUL: Final = ("schema", "rules", "pairs")


def _standards(seen: Seen) -> Proposal:
    if not seen.messages:
        return nothing()
    used = ", ".join(
        dict.fromkeys(
            (*_all(m.specification for m in seen.messages), "ebXML RegRep 4.0", "ebMS 3.0 / AS4", "WS-Security")
        )
    )
    formats = ", ".join(_all(kind for message in seen.messages for kind in message.formats))
    words = Words(f"Standarder i udvekslingen: {used}.", f"Standards in this exchange: {used}.")
    carried = Words(f"Dokumentationen er i {formats}.", f"The evidence is in {formats}.") if formats else None
    broken = seen.unmet(*_LAWFUL, "signature")
    if broken:
        flaw = Words(
            f"Kontroller af skema, regler eller underskrift, der ikke er bestået: {len(broken)}.",
            f"Checks of schema, rules or signature that were not passed: {len(broken)}.",
        )
        return Proposal(PARTLY, together(words, carried, flaw), references(broken))
    held = Words(
        f"Alle meddelelser ({len(seen.messages)}) holder skema og regler, og underskrifterne er gyldige.",
        f"Every message ({len(seen.messages)}) keeps schema and rules, and bears a valid signature.",
    )
    return Proposal(FOLLOWS, together(words, carried, held), seen.checked("rules", "signature"))


def _all(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _law(seen: Seen) -> Proposal:
    if not seen.asked:
        return nothing()
    asked, shown = explicit_request(seen), preview(seen)
    ground = _all(each.procedure for each in seen.asked)
    words = Words(
        f"Anmodningen nævner sit formål: procedure {', '.join(ground)}.",
        f"The request names its purpose: procedure {', '.join(ground)}.",
    )
    evidence = tuple(dict.fromkeys(asked.evidence + shown.evidence))
    kinds = {asked.kind, shown.kind}
    if DEVIATES in kinds:
        wrong = [each.reason for each in (asked, shown) if each.kind is DEVIATES]
        return Proposal(DEVIATES, together(words, *wrong), evidence)
    if None in kinds:
        return Proposal(None, together(words, shown.reason), evidence)
    return Proposal(FOLLOWS, together(words, asked.reason, shown.reason), evidence)


def _legislation(seen: Seen) -> Proposal:
    by_hand, paid = seen.of(Entry.CASE_OPENED), seen.of(Entry.FEE_PAID, Entry.FEE_RETURNED)
    if not by_hand and not paid:
        return Proposal(
            None,
            Words(
                "En maskine ser ingen hindring i loven her: intet gebyr og ingen manuel sag.",
                "A machine sees no obstacle in law here: no fee, and no case decided by hand.",
            ),
        )
    words = together(
        Words("En sagsbehandler måtte afgøre sagen i hånden.", "A caseworker had to decide the case by hand.")
        if by_hand
        else None,
        Words("Der skulle betales et gebyr.", "A fee had to be paid.") if paid else None,
        Words("Det er en hindring, som lovgivningen kan fjerne.", "That is an obstacle which legislation can remove."),
    )
    return Proposal(PARTLY, words, references((*by_hand, *paid)))


def _security(seen: Seen) -> Proposal:
    if not seen.messages:
        return nothing()
    shown, deleted = preview(seen), deletion(seen)
    unsigned = seen.unmet("signature")
    behind = Words(
        "Kryptering, drift og adgang bag udvekslingen kan ikke ses her.",
        "Encryption, operation and access behind the exchange cannot be seen here.",
    )
    if unsigned or shown.kind is DEVIATES:
        flaw = Words(
            f"Underskrifter, der ikke er gyldige: {len(unsigned)}.", f"Signatures that are not valid: {len(unsigned)}."
        )
        words = together(flaw if unsigned else None, shown.reason if shown.kind is DEVIATES else None, behind)
        return Proposal(DEVIATES, words, references(unsigned) + shown.evidence)
    signed = Words(
        f"Alle meddelelser ({len(seen.messages)}) bærer en gyldig underskrift.",
        f"Every message ({len(seen.messages)}) bears a valid signature.",
    )
    kind = PARTLY if deleted.kind in (None, PARTLY) else FOLLOWS
    checks = seen.checked("signature")
    return Proposal(kind, together(signed, deleted.reason, behind), checks + deleted.evidence)


def _assurance(seen: Seen) -> Proposal:
    if not seen.asked:
        return nothing()
    levels = _all(each.level_of_assurance or "" for each in seen.asked)
    unsigned = seen.unmet("signature")
    checks = seen.checked("signature")
    said = Words(
        f"Anmodningen siger, at brugeren var logget ind på sikringsniveau {', '.join(levels)} (eIDAS).",
        f"The request says that the person was signed in at level of assurance {', '.join(levels)} (eIDAS).",
    )
    if unsigned:
        words = Words(
            f"Underskrifter, der ikke føres op til et tillidsanker: {len(unsigned)}.",
            f"Signatures that do not lead up to a trust anchor: {len(unsigned)}.",
        )
        return Proposal(DEVIATES, words, references(unsigned))
    chain = Words(
        "Hver underskrift har et certifikat, der føres op til et tillidsanker.",
        "Each signature has a certificate that leads up to a trust anchor.",
    )
    if not levels:
        none = Words("Anmodningerne siger intet om sikringsniveau.", "The requests name no level of assurance.")
        return Proposal(PARTLY, together(none, chain), references(seen.asked) + checks)
    kind = PARTLY if "Low" in levels else FOLLOWS
    return Proposal(kind, together(said, chain), references(seen.asked) + checks)


def _journey(seen: Seen) -> Proposal:
    stopped = seen.of(Entry.TIME_UP, Entry.DELIVERY_FAILED)
    errors = seen.errors
    if errors or stopped:
        codes = ", ".join(_all(seen.error_codes))
        words = together(
            Words(f"Brugerens vej endte i en fejl: {codes}.", f"The person's way ended in an error: {codes}.")
            if codes
            else None,
            Words("Tiden løb ud, eller et svar nåede ikke frem.", "Time ran out, or an answer did not arrive.")
            if stopped
            else None,
        )
        return Proposal(PARTLY, words, references((*errors, *stopped)))
    if seen.decision is None or seen.answers[-1].at < seen.decision.at:
        return Proposal(None, UNDER_WAY)
    steps = (*seen.of(Entry.PREVIEW_OPENED), seen.decision)
    words = Words(
        "Brugeren kom hele vejen: bad om dokumentationen, så den og besluttede sig, og svaret kom frem. Hvordan "
        "siderne opleves, kan ikke ses her.",
        "The person came all the way: asked for the evidence, saw it and decided, and the answer arrived. How the "
        "pages feel cannot be seen here.",
    )
    return Proposal(FOLLOWS, words, references(steps))


def _across(seen: Seen) -> Proposal:
    if not seen.messages:
        return nothing()
    whole = _whole(seen)
    parties = _all(party for each in seen.messages for party in (each.sender, each.receiver))
    words = Words(
        f"Udvekslingen tog {_lasting(whole).danish}. Meddelelser: {len(seen.messages)}, mellem {', '.join(parties)}. "
        "Et fælles mål at holde det op mod står ikke i den.",
        f"The exchange took {_lasting(whole).english}. Messages: {len(seen.messages)}, between {', '.join(parties)}. "
        "It names no common goal to hold that against.",
    )
    return Proposal(None, words, references(seen.messages))


def _announced(seen: Seen) -> Proposal:
    if not seen.events:
        return nothing()
    kinds = {
        Entry.REQUEST_SENT: Words("anmodning", "request"),
        Entry.PREVIEW_OPENED: Words("forhåndsvisning", "preview"),
        Entry.PREVIEW_DECIDED: Words("beslutning", "decision"),
        Entry.RESPONSE_RECEIVED: Words("svar modtaget", "answer received"),
        Entry.EVIDENCE_DELETED: Words("sletning", "deletion"),
    }
    found = {what: seen.of(what) for what in kinds if seen.of(what)}
    danish = ", ".join(kinds[what].danish for what in found)
    english = ", ".join(kinds[what].english for what in found)
    words = Words(
        f"Hændelserne er skrevet i journalerne ({danish}), men intet viser, at de meddeles andre.",
        f"The events are written into the journals ({english}), but nothing shows that others are told of them.",
    )
    return Proposal(PARTLY, words, references(events[0] for events in found.values()))


def _shared(seen: Seen) -> Proposal:
    if not seen.carrying:
        words = Words("Ingen dokumentation blev delt i denne udveksling.", "No evidence was shared in this exchange.")
        return Proposal(None, words)
    words = Words(
        "Dokumentationen blev hentet hos den myndighed, der udsteder den, i stedet for hos brugeren.",
        "The evidence was fetched from the authority that issues it instead of from the person.",
    )
    return Proposal(FOLLOWS, words, references(seen.carrying))


def _documented(seen: Seen) -> Proposal:
    if not seen.carrying:
        return Proposal(
            None, Words("Der blev ikke sendt data, der kunne være dokumenteret.", "No data were sent to be documented.")
        )
    models = _all(model for message in seen.carrying for model in message.data_models)
    if not models:
        words = Words(
            "Dokumentationen er sendt uden at nævne en datamodel.", "The evidence was sent without naming a data model."
        )
        return Proposal(PARTLY, words, references(seen.carrying))
    words = Words(
        f"Data følger datamodellen {', '.join(models)}.", f"The data follow the data model {', '.join(models)}."
    )
    return Proposal(FOLLOWS, words, references(seen.carrying))


def _published(seen: Seen) -> Proposal:
    if not seen.asked:
        return nothing()
    words = Words(
        f"Anmodningen bruger datatjenesten {', '.join(_all(each.data_service for each in seen.asked))} og "
        f"dokumentationstypen {', '.join(_all(each.evidence_type for each in seen.asked))}, som kataloget udstiller.",
        f"The request uses the data service {', '.join(_all(each.data_service for each in seen.asked))} and the "
        f"evidence type {', '.join(_all(each.evidence_type for each in seen.asked))}, which the directory publishes.",
    )
    return Proposal(FOLLOWS, words, references(seen.asked))


def _interfaces(seen: Seen) -> Proposal:
    if not seen.messages:
        return nothing()
    wrong = seen.unmet(*_LAWFUL)
    lacking = seen.unmet("receipt")
    codes = ", ".join(seen.error_codes)
    errors = Words(f"Fejlkoder: {codes}.", f"Error codes: {codes}.") if codes else None
    if wrong or lacking:
        words = together(
            Words(
                f"Kontroller af skema eller regler, der ikke er bestået: {len(wrong)}.",
                f"Checks of schema or rules not passed: {len(wrong)}.",
            )
            if wrong
            else None,
            Words(f"Uden en gyldig kvittering: {len(lacking)}.", f"Without a valid receipt: {len(lacking)}.")
            if lacking
            else None,
            errors,
        )
        return Proposal(DEVIATES if wrong else PARTLY, words, references((*wrong, *lacking)))
    words = Words(
        f"Alle meddelelser ({len(seen.messages)}) holder skema og regler og har en underskrevet kvittering.",
        f"Every message ({len(seen.messages)}) keeps schema and rules, and has a signed receipt.",
    )
    return Proposal(FOLLOWS, together(words, _noted(seen), errors), seen.checked("rules", "receipt"))


def _noted(seen: Seen) -> Words | None:
    """The rules that are broken harmlessly."""
    rules = _all(rule for each in seen.messages for check in each.checks.values() for rule in check.broken)
    told = ", ".join(rules)
    return Words(f"Bemærkninger efter {told}.", f"Notes by {told}.") if told else None


def _service_levels(seen: Seen) -> Proposal:
    if not seen.messages or seen.limits is None:
        return nothing()
    failed, late, again = seen.of(Entry.DELIVERY_FAILED), seen.of(Entry.TIME_UP), seen.of(Entry.DUPLICATE_RECEIVED)
    target = Words(
        "Målt mod de tidsfrister, OOTS har som standard. En tjeneste kan være sat til andre, og aftalte servicemål "
        "står ikke i udvekslingen.",
        "Held against the default time limits of the OOTS. A service may be set to others, and the exchange names no "
        "agreed service levels.",
    )
    repeated = Words(f"Kom igen: {len(again)}.", f"Came again: {len(again)}.") if again else None
    if failed:
        words = Words(
            f"Meddelelser, der ikke nåede frem: {len(failed)}.", f"Messages that did not arrive: {len(failed)}."
        )
        return Proposal(DEVIATES, together(words, repeated, target), references(failed))
    first = _first_round(seen)
    if first is None:
        return Proposal(None, UNDER_WAY)
    taken, allowed = _lasting(first), _lasting(seen.limits.first_round_trip)
    words = Words(
        f"Det første svar kom efter {taken.danish} (fristen er {allowed.danish}).",
        f"The first answer came after {taken.english} (the limit is {allowed.english}).",
    )
    shown = references((seen.requests[0], seen.answers[0], *late, *again))
    if first > seen.limits.first_round_trip:
        return Proposal(DEVIATES, together(words, repeated, target), shown)
    if late:
        over = Words("En frist løb ud undervejs.", "A time limit passed on the way.")
        return Proposal(PARTLY, together(words, over, repeated, target), shown)
    return Proposal(FOLLOWS, together(words, repeated, target), shown)


def _first_round(seen: Seen) -> timedelta | None:
    """From the first request to the first answer."""
    return seen.answers[0].at - seen.requests[0].at if seen.requests and seen.answers else None


def _whole(seen: Seen) -> timedelta:
    return seen.messages[-1].at - seen.messages[0].at


def _lasting(time: timedelta) -> Words:
    """A duration for people: seconds with one decimal below a minute, else minutes."""
    seconds = time.total_seconds()
    if seconds >= 60:
        return Words(f"{seconds / 60:.0f} minutter", f"{seconds / 60:.0f} minutes")
    return Words(f"{seconds:.1f} sekunder".replace(".", ","), f"{seconds:.1f} seconds")


RULES: Final[Mapping[str, Callable[[Seen], Proposal]]] = {
    "2.2": _standards,
    "3.1": _law,
    "3.2": _legislation,
    "4.1": _security,
    "4.2": _assurance,
    "5.1": _journey,
    "5.2": _across,
    "5.3": _announced,
    "6.1": _shared,
    "6.2": _documented,
    "6.4": _published,
    "7.1": _interfaces,
    "8.1": _service_levels,
}
