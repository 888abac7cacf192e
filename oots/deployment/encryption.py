"""With which keys a service decrypts, and for which certificates it encrypts, where a partner's profile says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cryptography import x509

from oots.deployment.participants import decryption_name
from oots.deployment.settings import AccessPointSettings
from oots.model.errors import ConfigurationError
from oots.trust.holdings import PREVIOUS
from oots.trust.keys import KeyPair, certificate_path, has_key, load_key_pair, read_certificates, token_path


def decryption_keys(settings: AccessPointSettings) -> tuple[KeyPair, ...]:
    """One's own key, and the one before it, for which partners go on encrypting until they know its successor; none
    where no partner encrypts. Raises ConfigurationError where it is missing, broken or in a token."""
    if not any(partner.encrypted for partner in settings.partners.values()):
        return ()
    return tuple(_keys(settings))


def _keys(settings: AccessPointSettings) -> Iterator[KeyPair]:
    name = decryption_name(settings.party_id)
    if token_path(settings.keys, name).exists():
        raise ConfigurationError(f"{token_path(settings.keys, name)}: keys in a token sign, but decrypt nothing")
    yield load_key_pair(settings.keys, name)
    if has_key(settings.keys, f"{name}{PREVIOUS}"):
        yield load_key_pair(settings.keys, f"{name}{PREVIOUS}")


def recipients(settings: AccessPointSettings) -> Mapping[str, x509.Certificate]:
    """By party id, the certificate for which messages to each partner with an encrypted profile are encrypted; whether
    it is believed is asked for each message. Raises ConfigurationError where one is missing or broken."""
    return {
        party_id: read_certificates(certificate_path(settings.keys, decryption_name(party_id)))[0]
        for party_id, partner in settings.partners.items()
        if partner.encrypted
    }
