"""Keys beside those of the specimens, certified by the specimens' authority or by one that only looks like it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from oots.trust.certificates import Role
from oots.trust.issuing import SPECIMEN_TERMS, Participant, Terms, authority_certificate, leaf_certificate
from oots.trust.keys import KeyPair
from tests.support.doors import specimen_key


@cache
def certified(party_id: str, role: Role = Role.ACCESS_POINT) -> KeyPair:
    """A key of a party that the specimens' authority knows and the demo's participants do not."""
    return _issued(party_id, role, SPECIMEN_TERMS, specimen_key("issuing-ca"))


@cache
def certified_until(end: datetime, party_id: str, role: Role) -> KeyPair:
    """As `certified`, for 30 days that end at `end`."""
    terms = Terms(end - timedelta(days=30), leaf_life=timedelta(days=30), specimen=True)
    return _issued(party_id, role, terms, specimen_key("issuing-ca"))


@cache
def alike(party_id: str, role: Role = Role.ACCESS_POINT) -> KeyPair:
    """A key that an authority of the same names, which nobody trusts, has certified."""
    root_key, issuing_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = KeyPair(root_key, authority_certificate(root_key, "root CA", SPECIMEN_TERMS, None), ())
    issuing = KeyPair(issuing_key, authority_certificate(issuing_key, "issuing CA", SPECIMEN_TERMS, root), ())
    return _issued(party_id, role, SPECIMEN_TERMS, issuing)


def _issued(party_id: str, role: Role, terms: Terms, issuing: KeyPair) -> KeyPair:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = leaf_certificate(key, Participant(party_id.lower(), party_id, role), terms, issuing)
    return KeyPair(key, certificate, (issuing.certificate,))
