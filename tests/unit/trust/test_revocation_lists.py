"""Lists of revoked certificates: which ones count, and when they are fetched."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from oots.model.clock import AdvancedClock, FrozenClock
from oots.trust.keys import KeyPair
from oots.trust.revocation import RevocationLists, UnsettledError
from tests.support.revocation import LIFE, PLACE, Shelf, aarhus, house, rsa_authority, signed_list
from tests.support.trust import NOW, new_authority, p256, rsa_2048, usage, with_extensions

SECOND = timedelta(seconds=1)
PATIENCE = 2.0
OTHER_PLACE = "https://authority.localhost/crl/root-ca.crl"


class Reader:
    """One who reads the lists of the house at a movable moment."""

    def __init__(self, *addresses: str) -> None:
        self.shelf = Shelf()
        self.clock = AdvancedClock(FrozenClock(NOW))
        self.lists = RevocationLists(addresses or (PLACE,), self.shelf, self.clock)

    def is_revoked(self, certificate: x509.Certificate, issuer: x509.Certificate | None = None) -> bool:
        now = self.clock.now()
        return self.lists.revoked_at(certificate, issuer or house().issuing.certificate, now) is not None


def is_good(listed: bytes, issuer: x509.Certificate | None = None) -> bool:
    reader = Reader()
    reader.shelf.lying[PLACE] = listed
    try:
        return not reader.is_revoked(aarhus(), issuer)
    except UnsettledError:
        return False


def test_a_certificate_is_revoked_from_the_time_that_its_line_says() -> None:
    reader, revoked = Reader(), aarhus()
    reader.shelf.lying[PLACE] = signed_list(house().issuing, (revoked, NOW - LIFE))
    assert not reader.is_revoked(aarhus())
    assert reader.lists.revoked_at(revoked, house().issuing.certificate, NOW) == NOW - LIFE


@pytest.mark.parametrize(
    ("begins", "ends", "counts"),
    [
        (-LIFE, SECOND, True),
        (-LIFE, timedelta(), False),
        (timedelta(minutes=5), LIFE * 60, True),
        (timedelta(minutes=5, seconds=1), LIFE * 60, False),
    ],
)
def test_a_list_counts_from_its_beginning_until_the_next_is_due(
    begins: timedelta, ends: timedelta, counts: bool
) -> None:
    assert is_good(signed_list(house().issuing, begins=NOW + begins, ends=NOW + ends)) is counts


def test_a_list_that_never_ends_says_nothing() -> None:
    with_an_end = signed_list(house().issuing)
    listed = asn1_crl.CertificateList.load(with_an_end)
    listed["tbs_cert_list"]["next_update"] = None
    endless = signed_again(listed, house().issuing)
    assert x509.load_der_x509_crl(endless).next_update_utc is None
    assert is_good(with_an_end)
    assert not is_good(endless)


def signed_again(listed: asn1_crl.CertificateList, issuer: KeyPair) -> bytes:
    assert isinstance(issuer.private_key, ec.EllipticCurvePrivateKey)
    tbs = listed["tbs_cert_list"].dump(force=True)
    listed["signature"] = issuer.private_key.sign(tbs, ec.ECDSA(hashes.SHA256()))
    return bytes(listed.dump(force=True))


def test_the_list_of_another_authority_says_nothing() -> None:
    foreign, lookalike = new_authority(prefix="foreign "), new_authority()
    assert is_good(signed_list(house().issuing))
    for stranger in (foreign.issuing, lookalike.issuing, house().root):
        assert not is_good(signed_list(stranger))
        assert is_good(signed_list(stranger), stranger.certificate)


def test_a_list_that_was_changed_after_signing_says_nothing() -> None:
    revoked = aarhus()
    whole = signed_list(house().issuing, (revoked, NOW))
    number = revoked.serial_number.to_bytes(20, "big").lstrip(b"\0")
    forged = whole.replace(number, bytes(len(number) - 1) + b"\1")
    assert forged != whole
    assert is_good(whole)
    assert not is_good(forged)


@pytest.mark.parametrize(
    "extension",
    [
        x509.DeltaCRLIndicator(1),
        x509.IssuingDistributionPoint(None, None, False, False, None, True, False),
        x509.IssuingDistributionPoint(None, None, True, False, None, False, False),
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\5\0"),
    ],
    ids=lambda extension: type(extension).__name__,
)
def test_a_list_of_changes_or_of_a_part_alone_says_nothing(extension: x509.ExtensionType) -> None:
    assert is_good(signed_list(house().issuing, extension=(extension, False)))
    assert not is_good(signed_list(house().issuing, extension=(extension, True)))


def test_a_list_with_unreadable_extensions_says_nothing() -> None:
    broken = x509.UnrecognizedExtension(x509.DeltaCRLIndicator.oid, b"\x30\x05")
    assert is_good(signed_list(house().issuing))
    assert not is_good(signed_list(house().issuing, extension=(broken, False)))


def test_an_authority_that_may_not_sign_lists_says_nothing() -> None:
    def named_like_the_house(*may: x509.ExtensionType) -> KeyPair:
        key = p256()
        return KeyPair(key, with_extensions(key, house().root, *may, subject="lister"), ())

    lister = named_like_the_house(x509.KeyUsage(False, False, False, False, False, True, True, False, False))
    assert is_good(signed_list(lister), lister.certificate)
    for may in ((usage(digital_signature=True),), ()):
        silent = named_like_the_house(*may)
        assert not is_good(signed_list(silent), silent.certificate)


@pytest.mark.parametrize("algorithm", [hashes.MD5(), hashes.SHA1()], ids=lambda each: each.name)  # noqa: S303
def test_a_list_over_a_broken_hash_says_nothing(algorithm: hashes.HashAlgorithm) -> None:
    issuer = rsa_authority()

    def over(used: hashes.HashAlgorithm) -> bytes:
        listed = asn1_crl.CertificateList.load(signed_list(issuer))
        named = {"algorithm": f"{used.name}_rsa", "parameters": None}
        listed["tbs_cert_list"]["signature"] = named
        listed["signature_algorithm"] = named
        tbs = listed["tbs_cert_list"].dump(force=True)
        listed["signature"] = rsa_2048().sign(tbs, padding.PKCS1v15(), used)
        return bytes(listed.dump(force=True))

    assert is_good(over(hashes.SHA256()), issuer.certificate)
    assert not is_good(over(algorithm), issuer.certificate)


@pytest.mark.parametrize("listed", [b"", b"no list", signed_list(house().issuing)[:-1]])
def test_what_is_no_list_says_nothing(listed: bytes) -> None:
    assert is_good(signed_list(house().issuing))
    assert not is_good(listed)


def test_a_list_is_fetched_again_when_the_next_is_due_and_not_before() -> None:
    reader, certificate = Reader(), aarhus()
    reader.shelf.lying[PLACE] = signed_list(house().issuing)
    for _ in range(3):
        assert not reader.is_revoked(certificate)
    reader.shelf.lying[PLACE] = signed_list(house().issuing, (certificate, NOW), begins=NOW, ends=NOW + 2 * LIFE)
    reader.clock.advance(LIFE - SECOND)
    assert not reader.is_revoked(certificate)
    assert len(reader.shelf.asked) == 1
    reader.clock.advance(SECOND)
    assert reader.is_revoked(certificate)
    assert len(reader.shelf.asked) == 2


def test_a_list_that_ran_out_is_told_with_its_end() -> None:
    reader, certificate = Reader(), aarhus()
    reader.shelf.lying[PLACE] = signed_list(house().issuing, begins=NOW, ends=NOW + LIFE)
    assert not reader.is_revoked(certificate)
    reader.clock.advance(LIFE)
    with pytest.raises(UnsettledError, match=f"the last one ran out at {NOW + LIFE:%Y-%m-%d %H:%M:%S} UTC"):
        reader.is_revoked(certificate)


def test_an_authority_that_is_away_is_asked_once_a_second() -> None:
    reader, certificate = Reader(), aarhus()
    for _ in range(3):
        with pytest.raises(UnsettledError, match="no revocation list of"):
            reader.is_revoked(certificate)
    assert len(reader.shelf.asked) == 1
    reader.shelf.lying[PLACE] = signed_list(house().issuing)
    reader.clock.advance(SECOND - timedelta(milliseconds=1))
    with pytest.raises(UnsettledError):
        reader.is_revoked(certificate)
    reader.clock.advance(timedelta(milliseconds=1))
    assert not reader.is_revoked(certificate)
    assert len(reader.shelf.asked) == 2


def test_who_waited_while_others_asked_in_vain_does_not_ask_again() -> None:
    asked: list[str] = []
    clock = AdvancedClock(FrozenClock(NOW))

    def slow(address: str) -> bytes:
        asked.append(address)
        clock.advance(3 * SECOND)
        raise OSError("no answer in time")

    lists = RevocationLists((OTHER_PLACE, PLACE), slow, clock)
    for _ in range(3):
        with pytest.raises(UnsettledError):
            lists.revoked_at(aarhus(), house().issuing.certificate, clock.now())
    assert asked == [OTHER_PLACE, PLACE]
    clock.advance(SECOND)
    with pytest.raises(UnsettledError):
        lists.revoked_at(aarhus(), house().issuing.certificate, clock.now())
    assert asked == [OTHER_PLACE, PLACE] * 2


def test_a_clock_that_was_put_back_does_not_lengthen_the_pause() -> None:
    reader, certificate = Reader(), aarhus()
    with pytest.raises(UnsettledError):
        reader.is_revoked(certificate)
    reader.shelf.lying[PLACE] = signed_list(house().issuing)
    reader.clock.advance(-timedelta(minutes=1))
    assert not reader.is_revoked(certificate)


def test_a_list_is_not_used_past_its_end_when_the_next_does_not_come() -> None:
    reader, certificate = Reader(), aarhus()
    reader.shelf.lying[PLACE] = signed_list(house().issuing)
    assert not reader.is_revoked(certificate)
    del reader.shelf.lying[PLACE]
    reader.clock.advance(LIFE)
    with pytest.raises(UnsettledError):
        reader.is_revoked(certificate)


def long_lived(issuer: KeyPair) -> bytes:
    return signed_list(issuer, ends=NOW + timedelta(days=3650))


@pytest.mark.parametrize(
    "forged",
    [
        lambda: long_lived(new_authority().issuing),
        lambda: long_lived(new_authority(prefix="foreign ").issuing),
        lambda: signed_list(house().issuing, extension=(x509.DeltaCRLIndicator(1), True), ends=NOW + LIFE * 9999),
    ],
    ids=["lookalike", "foreign", "delta"],
)
def test_a_list_that_is_not_believed_keeps_the_next_one_away_for_no_more_than_a_second(
    forged: Callable[[], bytes],
) -> None:
    reader, certificate = Reader(), aarhus()
    reader.shelf.lying[PLACE] = forged()
    for _ in range(3):
        with pytest.raises(UnsettledError):
            reader.is_revoked(certificate)
    assert len(reader.shelf.asked) == 1
    reader.shelf.lying[PLACE] = signed_list(house().issuing)
    reader.clock.advance(SECOND)
    assert not reader.is_revoked(certificate)


def test_each_authority_on_the_path_has_a_list_of_its_own() -> None:
    reader, leaf = Reader(OTHER_PLACE, PLACE), aarhus()
    issuing = house().issuing.certificate
    reader.shelf.lying = {OTHER_PLACE: signed_list(house().root, (issuing, NOW)), PLACE: signed_list(house().issuing)}
    assert not reader.is_revoked(leaf)
    assert reader.is_revoked(issuing, house().root.certificate)
    assert reader.shelf.asked == [OTHER_PLACE, PLACE]


def test_one_list_that_is_missing_hinders_nobody_whom_it_does_not_concern() -> None:
    reader = Reader(OTHER_PLACE, PLACE)
    reader.shelf.lying = {PLACE: signed_list(house().issuing)}
    assert not reader.is_revoked(aarhus())
    with pytest.raises(UnsettledError):
        reader.is_revoked(house().issuing.certificate, house().root.certificate)


def test_nobody_whose_list_is_good_waits_for_that_of_another_authority() -> None:
    reader, other, asked = Reader(PLACE, OTHER_PLACE), new_authority(), []
    reader.shelf.lying[PLACE] = signed_list(house().issuing)
    assert not reader.is_revoked(aarhus())

    def fetch_slowly(address: str) -> bytes:
        asked.append(wait([beside.submit(reader.is_revoked, aarhus())], PATIENCE).done)
        return signed_list(other.issuing)

    reader.lists._fetch = fetch_slowly
    reader.clock.advance(SECOND)
    with ThreadPoolExecutor(1) as beside:
        assert not reader.is_revoked(aarhus(), other.issuing.certificate)
    assert asked != []
    assert all(asked), "it waited until the other list had come"
