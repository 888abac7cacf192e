"""What a provider checks of a request before it looks at any person (order of TDD 4.4 and 4.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from oots.exchange.limits import TimeLimits
from oots.model.errors import MessageError
from oots.model.evidence import Distribution
from oots.model.issuing import Applicant, FeePolicy, Issued, Offer
from oots.model.person import LegalPerson, NaturalPerson
from oots.model.request import EvidenceRequest
from oots.model.response import ErrorCode
from oots.model.text import in_language
from oots.provider.source import EvidenceSource


class Refusal(Exception):  # noqa: N818 (the answer's own name, not a fault of ours)
    """The request is answered with this EDM exception; `detail` travels and names no person."""

    def __init__(self, code: ErrorCode, detail: str) -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code.code} {detail}")


def in_time(sent: datetime, now: datetime, limits: TimeLimits) -> None:
    """T1 runs from the ebMS timestamp; a late provider sends 0005 instead of evidence."""
    if now > sent + limits.first_round_trip:
        raise Refusal(ErrorCode.TIMEOUT, "the first round trip took longer than T1")


def issued_lately(request: EvidenceRequest, now: datetime, oldest: timedelta, ahead: timedelta) -> None:
    """A document is as new as the message that carries it: once its id has been purged, an old one could come again."""
    if request.issued > now + ahead:
        raise MessageError("the request was issued in the future")
    if request.issued < now - oldest:
        raise MessageError("the request was issued too long ago")


def served_authority(source: EvidenceSource | None) -> EvidenceSource:
    if source is None:
        raise Refusal(ErrorCode.UNRESOLVED_REFERENCE, "this data service does not serve that evidence provider")
    return source


def known_evidence_type(request: EvidenceRequest, offer: Offer | None) -> Offer:
    if offer is None:
        raise Refusal(ErrorCode.NOT_FOUND, "the evidence type is not known here")
    if request.procedure not in offer.procedures:
        raise Refusal(ErrorCode.NOT_FOUND, f"the evidence type is not issued for procedure {request.procedure}")
    return offer


def offered_distribution(request: EvidenceRequest, offer: Offer) -> Distribution:
    """The first distribution asked for that is offered, with the associated documents that were asked for.

    A request of EDM 1.2 need not ask for any; the first that is offered serves it. A language that cannot be served is
    neither an error nor a reason to choose another one (TDD 4.5.1 in 2.0).
    """
    if not request.evidence.distributions:
        return offer.distributions[0]
    for wanted in request.evidence.distributions:
        for offered in offer.distributions:
            if _is_served_by(offered, wanted):
                return replace(offered, associated_documents=wanted.associated_documents)
    raise Refusal(ErrorCode.UNSUPPORTED, "none of the distributions asked for is offered")


def _is_served_by(offered: Distribution, wanted: Distribution) -> bool:
    """The same format and, where they are named, the same data model and the same part of it."""
    return (
        wanted.format == offered.format
        and wanted.conforms_to in (None, offered.conforms_to)
        and wanted.transformation in (None, offered.transformation)
    )


def lawful_ground(request: EvidenceRequest, offer: Offer) -> None:
    """An explicit request is needed (2018/1724 art. 14(4) and 14(7)), and the possibility of a preview (art. 14(3)(f))
    unless the evidence type does without (art. 14(5))."""
    if not request.explicit_request_given:
        raise Refusal(ErrorCode.AUTHORIZATION, "an explicit request of the user is needed")
    if not request.possibility_for_preview and not offer.without_preview:
        raise Refusal(ErrorCode.AUTHORIZATION, "this evidence type is not released without a preview")


def issued_here(offer: Offer) -> None:
    """What another mechanism of the EU is for is refused with a pointer to it."""
    if offer.elsewhere:
        raise Refusal(ErrorCode.UNSUPPORTED, in_language(offer.elsewhere, "EN"))


def assured_applicant(request: EvidenceRequest, offer: Offer) -> Applicant:
    """Whom the evidence is about and who acts: a natural person, authenticated well enough for this evidence type."""
    if not isinstance(request.subject, offer.subject):
        raise Refusal(ErrorCode.NOT_FOUND, f"the evidence type is about {_KINDS[offer.subject]} persons")
    actor = acting(request)
    if actor is None:
        raise Refusal(ErrorCode.AUTHENTICATION, "a natural person must act for a legal person")
    if not is_assured(actor, offer):
        raise Refusal(ErrorCode.AUTHENTICATION, f"level of assurance {offer.minimum_assurance.value} is needed")
    classification = offer.evidence_type.classification
    return Applicant(request.subject, request.representative, request.provider_classification, classification)


_KINDS: dict[type[NaturalPerson] | type[LegalPerson], str] = {NaturalPerson: "natural", LegalPerson: "legal"}


def acting(request: EvidenceRequest) -> NaturalPerson | None:
    """Who signs in and decides: the representative where there is one, else the subject; None for a legal person."""
    actor = request.representative or request.subject
    return actor if isinstance(actor, NaturalPerson) else None


def is_assured(person: NaturalPerson, offer: Offer) -> bool:
    """Whether the person is authenticated well enough for this evidence type."""
    level = person.level_of_assurance
    return level is not None and level.reaches(offer.minimum_assurance)


def payable(pieces: Sequence[Issued], request: EvidenceRequest) -> None:
    """Nothing is issued whose fee nobody can pay in this exchange."""
    for fee in (issued.fee for issued in pieces if issued.fee):
        if fee.policy is FeePolicy.REFUSED:
            what = f"{fee.amount_dkk:.2f} DKK in {fee.year}"
            raise Refusal(ErrorCode.UNSUPPORTED, f"not issued across borders without payment in advance ({what})")
        if fee.policy is FeePolicy.PAID_IN_PREVIEW and not request.possibility_for_preview:
            raise Refusal(ErrorCode.AUTHORIZATION, "a fee is to be paid in the preview")
