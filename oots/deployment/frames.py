"""What each service says of itself on its pages: name, look, and which stand-ins are at work."""

from __future__ import annotations

from pathlib import Path

from oots.authority import pages as authority_pages
from oots.denmark.municipality import Municipality, municipalities
from oots.inspector.pages import access as access_pages
from oots.inspector.pages import joined as inspector_pages
from oots.intermediary import pages as intermediary_pages
from oots.model.agent import Agent
from oots.model.text import in_language
from oots.provider import pages as provider_pages
from oots.registers import pages as registers_pages
from oots.requester import pages as requester_pages
from oots.web.frame import Frame, Theme
from oots.web.words import Words
from oots.workbench import pages as workbench_pages

PORTAL = Words("Portalen i Litauen", "The portal in Lithuania")
MUNICIPALITY = Words("Kommunen", "The municipality")
DANISH_PORTAL = Words("Kommunens portal", "The municipality's portal")
REGISTRY = Words("Registret i udlandet", "The registry abroad")
INTERMEDIARY = Words("Mellemleddet", "The intermediary")

_PARTS = Words(
    "Alle myndigheder, også kommunerne, spilles af prototypen; ingen af dem har medvirket.",
    "All authorities, the municipalities too, are played by the prototype; none of them took part.",
)
_DIRECTORIES = Words(
    "Katalogerne over krav, dokumentationstyper og udbydere er efterligninger.",
    "The directories of requirements, evidence types and providers are stand-ins.",
)
_EID = Words("Log ind sker hos en efterligning af et eIDAS-knudepunkt.", "Sign-in is at a stand-in for an eIDAS node.")
_AUTHORITY = Words(
    "Udstederen af certifikater er en efterligning af en tillidstjeneste.",
    "The issuer of certificates is a stand-in for a trust service.",
)
_INTERMEDIARY = Words(
    "Mellemleddet er en efterligning: ingen dansk platform af den slags findes.",
    "The intermediary is a stand-in: there is no Danish platform of that kind.",
)
_CPR = Words(
    "CPR er efterlignet med en fil af opdigtede personer.", "The civil register is a file of invented persons."
)
_FAGSYSTEMER = Words(
    "Fagsystemer og andre registre er efterlignet med filer.", "Specialist systems and other registers are files."
)
_FULDMAGT = Words(
    "Digital Fuldmagt og tegningsretten i virksomheder er efterlignet med en fil.",
    "Mandates and the right to act for companies are a file, too.",
)

_REGISTRY = Words(
    "Registret er en efterligning med opdigtede personer.", "The registry is a stand-in with invented persons."
)

_DIGITAL_POST = Words(
    "Digital Post er efterlignet med breve, som tjenesten selv gemmer.",
    "Digital Post is letters that the service itself keeps.",
)
_CASEWORK = Words(
    "Gebyrer betales ikke, og sagsbehandlere logger ikke rigtigt ind.",
    "Fees are not paid, and caseworkers do not really sign in.",
)


def portal(municipality: Municipality | None = None) -> Frame:
    """The procedure portal of a Danish municipality, or of a fictive Lithuanian authority."""
    abroad = Words("Den opdigtede registreringsmyndighed i Litauen", "The fictive registration authority of Lithuania")
    return Frame(
        theme=Theme.REQUESTER,
        templates=requester_pages.TEMPLATES,
        authority=_named(municipality) if municipality else abroad,
        service=Words("Procedureportal", "Procedure portal"),
        stand_ins=[_EID, _DIRECTORIES],
    )


def preview(municipality: Municipality) -> Frame:
    """The preview space of a Danish municipality."""
    return Frame(
        theme=Theme.PROVIDER,
        templates=provider_pages.TEMPLATES,
        authority=_named(municipality),
        service=Words("Forhåndsvisning af dokumentation", "Preview of evidence"),
        stand_ins=[_EID, _CPR, _DIGITAL_POST, _CASEWORK],
    )


def preview_abroad() -> Frame:
    """The preview space that the registries abroad share."""
    return Frame(
        theme=Theme.REQUESTER,
        templates=provider_pages.TEMPLATES,
        authority=Words("De opdigtede registre i udlandet", "The fictive registries abroad"),
        service=Words("Forhåndsvisning af dokumentation", "Preview of evidence"),
        stand_ins=[_EID, _REGISTRY],
    )


def sides(portal_country: str) -> tuple[Words, Words]:
    """What the pages behind the scenes call the provider and the portal, by the country of the portal."""
    return (REGISTRY, DANISH_PORTAL) if portal_country == "DK" else (MUNICIPALITY, PORTAL)


def _named(municipality: Municipality) -> Words:
    return Words(municipality.authority_name, f"{municipality.name} Municipality")


def intermediary(agent: Agent) -> Frame:
    """The page on which an intermediary says for whom it passes messages on."""
    return Frame(
        theme=Theme.EID,
        templates=intermediary_pages.TEMPLATES,
        authority=Words(in_language(agent.names, "da"), in_language(agent.names, "en")),
        service=Words("Mellemled i dokumentationsudvekslingen", "Intermediary of the evidence exchange"),
        stand_ins=[_INTERMEDIARY],
    )


def registers() -> Frame:
    """The pages of the registers behind the Danish authorities."""
    return Frame(
        theme=Theme.PROVIDER,
        templates=registers_pages.TEMPLATES,
        authority=Words("OOTS-DK", "OOTS-DK"),
        service=Words("Registre bag myndighederne", "Registers behind the authorities"),
        stand_ins=[_CPR, _FULDMAGT, _FAGSYSTEMER],
    )


def directories() -> Frame:
    """The page on which the directories say what they hold."""
    return Frame(
        theme=Theme.EID,
        templates=Path(__file__).parent / "templates",
        authority=Words("OOTS-DK", "OOTS-DK"),
        service=Words(
            "Kataloger: Evidence Broker og Data Service Directory",
            "Directories: Evidence Broker and Data Service Directory",
        ),
        stand_ins=[_DIRECTORIES],
    )


def authority() -> Frame:
    """The page on which the authority says what it has issued and revoked."""
    return Frame(
        theme=Theme.EID,
        templates=authority_pages.TEMPLATES,
        authority=Words("OOTS-DK", "OOTS-DK"),
        service=Words("Certifikater og spærringer", "Certificates and revocations"),
        stand_ins=[_AUTHORITY],
    )


def workbench() -> Frame:
    """The page with which one begins."""
    return Frame(
        theme=Theme.EID,
        templates=workbench_pages.TEMPLATES,
        authority=Words("OOTS-DK", "OOTS-DK"),
        service=Words("Arbejdsbord: scenarier og borgerrejser", "Workbench: scenarios and journeys"),
        stand_ins=[_EID, _DIRECTORIES, _CPR, _AUTHORITY],
    )


def inspector() -> Frame:
    """The pages on which the council looks at exchanges."""
    return Frame(
        theme=Theme.EID,
        templates=inspector_pages.TEMPLATES,
        authority=Words("OOTS-DK", "OOTS-DK"),
        service=Words("Inspektør: se, hvad der skete i en udveksling", "Inspector: see what happened in an exchange"),
        stand_ins=[_PARTS, _EID, _DIRECTORIES, _CPR, _AUTHORITY],
        told=access_pages.told,
    )


_SERVICES = {
    "requester": PORTAL,
    "requester-dk": Words("Portalen i Danmark", "The portal in Denmark"),
    "provider-lt": Words("Registret i Litauen", "The registry in Lithuania"),
    "intermediary": INTERMEDIARY,
}


def service_named(name: str) -> Words:
    """What a service with a journal is called on pages, by its name: a provider of one municipality as that, one of
    several (`provider-kmd`) as their access point."""
    if name in _SERVICES:
        return _SERVICES[name]
    which = name.partition("-")[2]
    if not which:
        return MUNICIPALITY
    municipality = municipalities().get(which)
    if municipality:
        return _named(municipality)
    return Words(f"Adgangspunktet {which.upper()}", f"The access point {which.upper()}")


_PLACES = {
    "portal.lt": PORTAL,
    "portal.dk": Words("Portalen i Danmark", "The portal in Denmark"),
    "preview": Words("Forhåndsvisning", "Preview space"),
    "directories": Words("Kataloger", "Directories"),
    "eid": Words("eIDAS-knudepunkt", "eIDAS node"),
    "authority": Words("Udsteder af certifikater", "Issuer of certificates"),
    "intermediary": Words("Mellemled", "Intermediary"),
    "inspector": Words("Inspektør", "Inspector"),
    "registers": Words("Registre", "Registers"),
}


def place(origin: str) -> Words:
    """What a lawful origin of the town is, in a few words; its host where that says more."""
    host = origin.removeprefix("https://").removesuffix(".localhost")
    named = _PLACES.get(host) or _PLACES.get(host.partition(".")[0], Words(host, host))
    which = host.partition(".")[2] if host not in _PLACES else ""
    return Words(f"{named.danish} ({which})", f"{named.english} ({which})") if which else named
