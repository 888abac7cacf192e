"""Every error code that people can meet here: what it means, when our services give it, what the person sees of it and
what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final

from oots.edelivery import faults
from oots.model.response import ErrorCode
from oots.rules.codelists import DSD_ERROR_CODES, EB_ERROR_CODES
from oots.web.words import Words


class Family(Enum):
    """Who speaks by these codes; the value is the heading of its list."""

    EXCHANGE = Words("Udbyderens svar på en anmodning (EDM)", "The provider's answer to a request (EDM)")
    TRANSPORT = Words("Adgangspunktets fejlsignal (ebMS)", "The access point's error signal (ebMS)")
    EVIDENCE_BROKER = Words("Evidence Broker", "Evidence Broker")
    DATA_SERVICES = Words("Data Service Directory", "Data Service Directory")


@dataclass(frozen=True, slots=True)
class ErrorExplained:
    """`name` is that of the specification; `given` says when our services give the code, `person` what somebody sees
    who waits for evidence, `remedy` what whoever runs a service does about it."""

    code: str
    name: str
    family: Family
    meaning: Words
    given: Words
    person: Words
    remedy: Words


_NOT_YET: Final = Words(
    "Personen ser kun, at der ventes på svar. Går fristen uden en kvittering, siger portalen, at beskeden ikke kunne "
    "afleveres, og at intet er sendt.",
    "The person only sees that an answer is awaited. Once the deadline has passed without a receipt, the portal says "
    "that the message could not be delivered and that nothing was sent.",
)
_SIGNAL_REMEDY: Final = Words(
    "Modparten får ikke grunden at vide. Den står i journalen hos den, der afviste.",
    "The other side is not told why. The reason stands in the journal of the one who refused.",
)
_CHOICE_FAILS: Final = Words(
    "Portalen kan ikke tilbyde at hente dokumentationen og viser, hvordan man selv afleverer den.",
    "The portal cannot offer to fetch the evidence, and shows how to hand it in oneself.",
)
_OUR_QUERY: Final = Words(
    "Portalens forespørgsel er forkert bygget: ret portalen.",
    "The portal's query is built wrongly: correct the portal.",
)
_OUR_ENTRIES: Final = Words(
    "Sammenlign det, portalen spurgte om, med det, kataloget rummer.",
    "Compare what the portal asked for with what the directory holds.",
)

_EDM: Final = {
    ErrorCode.AUTHENTICATION: (
        Words(
            "Udbyderen kan ikke nøjes med den måde, personen er identificeret på.",
            "The provider cannot make do with how the person was identified.",
        ),
        Words(
            "Når sikringsniveauet er lavere, end dokumentationstypen kræver, eller når ingen fysisk person handler "
            "for en virksomhed.",
            "When the level of assurance is lower than the evidence type demands, or when no natural person acts for a "
            "legal person.",
        ),
        Words(
            "Portalen siger, at identiteten ikke kunne bekræftes, og foreslår at logge ind igen med et stærkere eID.",
            "The portal says that the identity could not be confirmed, and suggests signing in again with a stronger "
            "eID.",
        ),
        Words(
            "Sammenlign anmodningens sikringsniveau med det, dokumentationstypen kræver i Data Service Directory.",
            "Compare the level of assurance of the request with the one that the Data Service Directory demands.",
        ),
    ),
    ErrorCode.AUTHORIZATION: (
        Words(
            "Udbyderen må ikke sende dokumentationen uden videre: enten skal personen først se den, eller der "
            "mangler et grundlag.",
            "The provider may not send the evidence just like that: either the person must see it first, or there is "
            "no ground.",
        ),
        Words(
            "Med linket til forhåndsvisningen på hver første anmodning, hvor personen skal se dokumentationen. Uden "
            "link, når den udtrykkelige anmodning mangler, når typen ikke udleveres uden forhåndsvisning, når et gebyr "
            "kun kan betales der, eller når ansøgerens certifikat ikke længere gælder.",
            "With the link to the preview, on every first request after which the person must see the evidence. "
            "Without a link when the explicit request is missing, when the type is not released without a preview, "
            "when a fee can be paid there alone, or when the requester's certificate does not count any more.",
        ),
        Words(
            "Med link: en knap, der fører til forhåndsvisningen. Uden link: at myndigheden ikke må udlevere "
            "dokumentationen i denne sag.",
            "With a link: a button that leads to the preview. Without one: that the authority may not release the "
            "evidence in this case.",
        ),
        Words(
            "Med link er det intet at rette: sådan begynder en forhåndsvisning. Uden link: se afsenderens "
            "forklaring, og om anmodningen siger, at personen selv har bedt om det.",
            "With a link there is nothing to correct: that is how a preview begins. Without one: see the sender's "
            "explanation, and whether the request says that the person has asked for it.",
        ),
    ),
    ErrorCode.INVALID_REQUEST: (
        Words(
            "Anmodningen bryder skemaet eller en regel, så udbyderen kan ikke stole på den.",
            "The request breaks the schema or a rule, so the provider cannot rely on it.",
        ),
        Words(
            "Når et dokument eller dets ebMS-hoved bryder en regel, der afviser, når et id kommer igen, eller når "
            "anmodningen er for gammel eller fra fremtiden. I 1.x også i stedet for 0002 uden link.",
            "When a document or its ebMS header breaks a rule that refuses, when an id comes again, or when the "
            "request is too old or from the future. In 1.x also in the place of 0002 without a link.",
        ),
        Words(
            "Portalen siger, at fejlen ligger hos den selv og ikke hos personen, og at intet er sendt.",
            "The portal says that the fault is its own and not the person's, and that nothing was sent.",
        ),
        Words(
            "Forklaringen nævner som regel reglen: slå den op, og se på meddelelsens faneblad med regler, hvad der "
            "stod.",
            "The explanation usually names the rule: look it up, and see on the message's tab of rules what stood "
            "there.",
        ),
    ),
    ErrorCode.NOT_FOUND: (
        Words(
            "Udbyderen kender ikke det, der spørges om, eller kan ikke finde netop én person.",
            "The provider does not know what is asked for, or cannot find exactly one person.",
        ),
        Words(
            "Når personen ikke findes entydigt i registret, når dokumentationstypen ikke kendes her eller ikke "
            "udstedes til den procedure, eller når den handler om en anden slags person. Svaret er det samme, uanset "
            "hvorfor en person ikke blev fundet: det røber intet.",
            "When the person is not matched uniquely in the register, when the evidence type is not known here or not "
            "issued for that procedure, or when it is about another kind of person. The answer is the same whyever "
            "somebody was not found: it gives nothing away.",
        ),
        Words(
            "Portalen siger, at myndigheden ikke fandt det, der blev spurgt om, og at der for en sikkerheds skyld "
            "intet sendes.",
            "The portal says that the authority did not find what was asked for, and that to be safe nothing is sent.",
        ),
        Words(
            "Se udbyderens journal: dér står, om personen blev fundet. Uden entydigt fund må intet udveksles "
            "(artikel 16 i 2022/1463).",
            "See the provider's journal: it says whether the person was matched. Without a unique match nothing may be "
            "exchanged (article 16 of 2022/1463).",
        ),
    ),
    ErrorCode.TIMEOUT: (
        Words("Tiden løb ud, før der kunne svares.", "Time ran out before there could be an answer."),
        Words(
            "Når den første tur varer længere end T1, når ingen følger linket (T2) eller vælger (T3) i tide, eller når "
            "registret bag udbyderen ikke svarer i tide.",
            "When the first round trip takes longer than T1, when nobody follows the link (T2) or decides (T3) in "
            "time, or when the register behind the provider does not answer in time.",
        ),
        Words(
            "Portalen siger, at tiden løb ud, at intet er sendt, og at man kan begynde forfra.",
            "The portal says that the time was up, that nothing was sent, and that one can start again.",
        ),
        Words(
            "Se på tidslinjen, hvilken frist det var. Var det registret, så se, om det svarer.",
            "See on the timeline which deadline it was. If it was the register, see whether it answers.",
        ),
    ),
    ErrorCode.UNRESOLVED_REFERENCE: (
        Words(
            "Anmodningen henviser til noget, der ikke findes hos modtageren.",
            "The request points to something that the receiver does not have.",
        ),
        Words(
            "Når adgangspunktet ikke svarer for den udbyder, der er nævnt, eller når et mellemled ikke har nogen rute "
            "til den.",
            "When the access point does not answer for the provider that is named, or when an intermediary has no "
            "route to it.",
        ),
        Words(
            "Portalen siger, at myndigheden ikke kender alt det, anmodningen nævnte, og at fejlen ikke er personens.",
            "The portal says that the authority does not know everything that the request named, and that this is "
            "not the person's fault.",
        ),
        Words(
            "Sammenlign udbyderens kendetegn i anmodningen med det, Data Service Directory gav.",
            "Compare the provider's identifier in the request with the one that the Data Service Directory gave.",
        ),
    ),
    ErrorCode.UNSUPPORTED: (
        Words(
            "Udbyderen tilbyder ikke den udgave eller den måde, der bedes om.",
            "The provider does not offer the form or the way that is asked for.",
        ),
        Words(
            "Når ingen af de ønskede udgaver tilbydes, når dokumentationen hører til et andet EU-system, eller når "
            "et gebyr skal betales forud.",
            "When none of the forms asked for is offered, when the evidence belongs to another system of the EU, or "
            "when a fee is due in advance.",
        ),
        Words(
            "Portalen siger, at myndigheden ikke kan levere på den måde.",
            "The portal says that the authority cannot deliver in that way.",
        ),
        Words(
            "Se, hvilke udgaver Data Service Directory lover, og hvilke anmodningen ønskede.",
            "See which forms the Data Service Directory promises, and which the request asked for.",
        ),
    ),
    ErrorCode.QUERY: (
        Words(
            "Noget gik galt hos udbyderen, mens den behandlede anmodningen.",
            "Something went wrong at the provider while it processed the request.",
        ),
        Words(
            "Når registret bag udbyderen fejler, eller når udbyderens eget svar ville bryde en regel og derfor ikke "
            "sendes.",
            "When the register behind the provider fails, or when the provider's own answer would break a rule and is "
            "therefore not sent.",
        ),
        Words(
            "Portalen siger, at myndighedens register ikke svarede, og at man kan prøve igen senere.",
            "The portal says that the authority's register did not answer, and that one can try again later.",
        ),
        Words(
            "Se registrets tilstand og udbyderens log: er det vores eget svar, nævner loggen reglen.",
            "See the state of the register and the provider's log: if it is our own answer, the log names the rule.",
        ),
    ),
}

_EBMS: Final = (
    (
        faults.mime_inconsistency(""),
        Words(
            "Pakken er ikke, hvad dens hoved siger: en del mangler, er tilovers, er af en anden type eller ikke i "
            "kanonisk form.",
            "The package is not what its header says: a part is missing or too many, is of another type, or not in "
            "canonical form.",
        ),
        Words(
            "Mens en meddelelse modtages, før noget af den læses som indhold.",
            "While a message is received, before anything of it is read as content.",
        ),
    ),
    (
        faults.invalid_header(""),
        Words(
            "SOAP-konvolutten eller ebMS-hovedet følger ikke profilen.",
            "The SOAP envelope or the ebMS header is not of the profile.",
        ),
        Words(
            "Når konvolutten rummer andet end hoved, underskrift og en tom krop, eller når hovedet ikke kan læses "
            "entydigt.",
            "When the envelope holds other things than header, signature and an empty body, or when the header "
            "cannot be read in one way only.",
        ),
    ),
    (
        faults.failed_authentication(""),
        Words(
            "Underskriften, certifikatet eller parten bliver ikke troet, eller en krypteret del kan ikke dekrypteres.",
            "The signature, the certificate or the party is not believed, or an encrypted part cannot be decrypted.",
        ),
        Words(
            "Når underskriften ikke dækker præcis hoved, krop og alle dele, når et fingeraftryk ikke passer, når "
            "certifikatet er fremmed, udløbet eller spærret, eller når en anden har underskrevet end den, der står som "
            "afsender. Alt, hvad der er galt med en kryptering, svares på samme måde, så ingen lærer noget af svaret.",
            "When the signature does not cover exactly header, body and all parts, when a digest does not agree, "
            "when the certificate is a stranger's, expired or revoked, or when somebody else has signed than the "
            "sender named. Whatever is wrong with encryption is answered alike, so that nobody learns from the answer.",
        ),
    ),
    (
        faults.policy_noncompliance(""),
        Words(
            "Delene er krypteret, hvor parterne har aftalt andet, eller de er ikke krypteret, hvor de skulle være det.",
            "The parts are encrypted where the parties agreed otherwise, or not encrypted where they were to be.",
        ),
        Words(
            "Når afsenderen er troet, men modtagerens profil for den partner siger det modsatte om kryptering.",
            "When the sender is believed, but the receiver's profile for that partner says otherwise about encryption.",
        ),
    ),
    (
        faults.invalid_receipt(""),
        Words("Kvitteringen beviser ikke det, der blev sendt.", "The receipt does not prove what was sent."),
        Words(
            "Når en kvittering er for en anden meddelelse, nævner andre fingeraftryk, eller ikke er underskrevet af "
            "modtageren. Meddelelsen sendes så igen.",
            "When a receipt is for another message, names other digests, or is not signed by the receiver. The "
            "message is then sent again.",
        ),
    ),
    (
        faults.decompression_failure(""),
        Words(
            "En komprimeret del er i stykker eller vokser ud over sine grænser.",
            "A compressed part is broken, or grows beyond its limits.",
        ),
        Words("Mens delene af en meddelelse pakkes ud.", "While the parts of a message are expanded."),
    ),
)

_QUERY_PARAMETERS: Final = Words(
    "Forespørgslens parametre passer ikke til den, der er valgt.",
    "The parameters do not fit the query that was chosen.",
)
_UNKNOWN_QUERY: Final = Words("Den forespørgsel findes ikke.", "There is no such query.")
_DIRECTORY: Final = {
    "EB:ERR:0001": (Words("Intet passer på det, der spørges om.", "Nothing fits what is asked for."), _OUR_ENTRIES),
    "EB:ERR:0002": (Words("Kravet er ukendt.", "The requirement is unknown."), _OUR_ENTRIES),
    "EB:ERR:0003": (_QUERY_PARAMETERS, _OUR_QUERY),
    "EB:ERR:0004": (
        Words("Niveauet for stedet er ukendt (slettet i 2.0).", "The jurisdiction level is unknown (deleted in 2.0)."),
        _OUR_QUERY,
    ),
    "EB:ERR:0005": (Words("Proceduren er ukendt.", "The procedure is unknown."), _OUR_QUERY),
    "EB:ERR:0006": (Words("Landet er ukendt.", "The country is unknown."), _OUR_QUERY),
    "EB:ERR:0007": (_UNKNOWN_QUERY, _OUR_QUERY),
    "DSD:ERR:0001": (
        Words("Ingen udbyder passer på det, der spørges om.", "No data service fits what is asked for."),
        _OUR_ENTRIES,
    ),
    "DSD:ERR:0002": (Words("Dokumentationstypen er ukendt.", "The evidence type is unknown."), _OUR_ENTRIES),
    "DSD:ERR:0003": (_QUERY_PARAMETERS, _OUR_QUERY),
    "DSD:ERR:0004": (_UNKNOWN_QUERY, _OUR_QUERY),
    "DSD:ERR:0005": (
        Words(
            "Flere udbydere kan være den rette: personen skal svare på et spørgsmål, for eksempel hvilken kommune.",
            "Several providers could be the right one: the person must answer a question, such as which municipality.",
        ),
        Words(
            "Intet at rette: portalen stiller spørgsmålet og spørger igen med svaret.",
            "Nothing to correct: the portal puts the question and asks again with the answer.",
        ),
    ),
    "DSD:ERR:0006": (
        Words("Et svar, personen gav, har ingen sådan værdi.", "An answer that the person gave has no such value."),
        _OUR_QUERY,
    ),
}
_DIRECTORY_GIVES: Final = Words(
    "Efterligningen af kataloget giver den, som specifikationen siger.",
    "The stand-in of the directory gives it as the specification says.",
)
_QUESTION: Final = Words("Portalen stiller personen spørgsmålet.", "The portal puts the question to the person.")


@cache
def error_codes() -> tuple[ErrorExplained, ...]:
    """All of them, by family and in the order of the lists."""
    return (
        *(ErrorExplained(each.code, each.message, Family.EXCHANGE, *_EDM[each]) for each in ErrorCode),
        *(
            ErrorExplained(each.ebms, each.short, Family.TRANSPORT, meaning, given, _NOT_YET, _SIGNAL_REMEDY)
            for each, meaning, given in _EBMS
        ),
        *(_of_directory(code, name, Family.EVIDENCE_BROKER) for code, name in EB_ERROR_CODES.codes.items()),
        *(_of_directory(code, name, Family.DATA_SERVICES) for code, name in DSD_ERROR_CODES.codes.items()),
    )


def _of_directory(code: str, name: str, family: Family) -> ErrorExplained:
    meaning, remedy = _DIRECTORY[code]
    person = _QUESTION if code == "DSD:ERR:0005" else _CHOICE_FAILS
    return ErrorExplained(code, name, family, meaning, _DIRECTORY_GIVES, person, remedy)


def error_code(code: str) -> ErrorExplained:
    """Raises KeyError for a code that nobody gives here."""
    return {each.code: each for each in error_codes()}[code]
