"""Who is asked about a path, in which order, and whose answer counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from oots.trust.certificates import UntrustedError
from oots.trust.register import REGISTER_FILE, RevocationRegister, revoke
from oots.trust.revocation import Revocation, UnsettledError
from tests.support.revocation import aarhus, house
from tests.support.trust import NOW, new_authority

SECOND = timedelta(seconds=1)


class Told:
    """A source that says what a test wants of each certificate, and notes of which ones it was asked."""

    def __init__(self, revoked: dict[x509.Certificate, datetime] | None = None, *, silent: str = "") -> None:
        self.revoked = revoked or {}
        self.silent = silent
        self.asked: list[tuple[x509.Certificate, x509.Certificate]] = []

    def revoked_at(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> datetime | None:
        self.asked.append((certificate, issuer))
        if self.silent:
            raise UnsettledError(self.silent)
        return self.revoked.get(certificate)


class Judge:
    """Judges paths below the house by a register and by sources."""

    def __init__(self, folder: Path, *sources: Told) -> None:
        self.folder = folder
        self.revocation = Revocation(RevocationRegister(folder / REGISTER_FILE), sources)
        self.anchors = (house().root.certificate, house().issuing.certificate)

    def expect_good(self, *path: x509.Certificate, at: datetime = NOW) -> None:
        self.revocation.expect_good(path, self.anchors, at)

    def revoke(self, certificate: x509.Certificate, at: datetime = NOW) -> None:
        revoke(self.folder, certificate, at, x509.ReasonFlags.key_compromise, party="55133018", name="aarhus")


def test_the_first_answer_counts(tmp_path: Path) -> None:
    leaf, issuing = aarhus(), house().issuing.certificate
    silent, good, contrary = Told(silent="away"), Told(), Told({leaf: NOW, issuing: NOW})
    Judge(tmp_path, silent, good, contrary).expect_good(leaf, issuing)
    assert silent.asked == good.asked == [(leaf, issuing), (issuing, house().root.certificate)]
    assert contrary.asked == []
    with pytest.raises(UntrustedError, match="revoked at") as refused:
        Judge(tmp_path, contrary, good).expect_good(leaf, issuing)
    assert not isinstance(refused.value, UnsettledError)


def test_where_nobody_answers_all_say_why(tmp_path: Path) -> None:
    leaf, issuing = aarhus(), house().issuing.certificate
    Judge(tmp_path, Told(silent="no list"), Told()).expect_good(leaf, issuing)
    with pytest.raises(UnsettledError, match=r"^no list; no responder$"):
        Judge(tmp_path, Told(silent="no list"), Told(silent="no responder")).expect_good(leaf, issuing)


def test_without_sources_the_register_alone_is_asked(tmp_path: Path) -> None:
    leaf, issuing = aarhus(), house().issuing.certificate
    judge = Judge(tmp_path)
    judge.expect_good(leaf, issuing)
    judge.revoke(leaf)
    with pytest.raises(UntrustedError, match="revoked at"):
        judge.expect_good(leaf, issuing)


@pytest.mark.parametrize("which", [0, 1], ids=["leaf", "issuing authority"])
def test_the_register_says_no_before_anybody_is_asked(tmp_path: Path, which: int) -> None:
    path = (aarhus(), house().issuing.certificate)
    source = Told(silent="away")
    judge = Judge(tmp_path, source)
    with pytest.raises(UnsettledError):
        judge.expect_good(*path)
    judge.revoke(path[which])
    source.asked.clear()
    with pytest.raises(UntrustedError, match="revoked at") as refused:
        judge.expect_good(*path)
    assert not isinstance(refused.value, UnsettledError)
    assert source.asked == []


def test_the_register_cannot_say_yes(tmp_path: Path) -> None:
    leaf, issuing = aarhus(), house().issuing.certificate
    judge = Judge(tmp_path, Told({leaf: NOW}))
    judge.revoke(aarhus())
    Judge(tmp_path, Told()).expect_good(leaf, issuing)
    with pytest.raises(UntrustedError, match="revoked at"):
        judge.expect_good(leaf, issuing)


def test_a_revocation_for_later_counts_from_then_on(tmp_path: Path) -> None:
    leaf, issuing = aarhus(), house().issuing.certificate
    told = Judge(tmp_path, Told({leaf: NOW + SECOND}))
    noted = Judge(tmp_path / "noted")
    (tmp_path / "noted").mkdir()
    noted.revoke(leaf, NOW + SECOND)
    for judge in (told, noted):
        judge.expect_good(leaf, issuing, at=NOW)
        with pytest.raises(UntrustedError, match="revoked at"):
            judge.expect_good(leaf, issuing, at=NOW + SECOND)


def test_a_revoked_authority_vouches_for_nobody(tmp_path: Path) -> None:
    leaf, issuing = aarhus(), house().issuing.certificate
    Judge(tmp_path, Told()).expect_good(leaf, issuing)
    with pytest.raises(UntrustedError, match="revoked at"):
        Judge(tmp_path, Told({issuing: NOW})).expect_good(leaf, issuing)


def test_an_anchor_below_the_root_is_asked_about_where_the_root_is_known(tmp_path: Path) -> None:
    leaf, issuing, root = aarhus(), house().issuing.certificate, house().root.certificate
    source = Told()
    Judge(tmp_path, source).expect_good(leaf, issuing)
    assert source.asked == [(leaf, issuing), (issuing, root)]
    alone = Told()
    judge = Judge(tmp_path, alone)
    judge.anchors = (issuing, issuing)
    judge.expect_good(leaf, issuing)
    assert alone.asked == [(leaf, issuing)]


def test_a_root_answers_for_itself(tmp_path: Path) -> None:
    leaf, issuing, root = aarhus(), house().issuing.certificate, house().root.certificate
    source = Told({root: NOW})
    Judge(tmp_path, source).expect_good(leaf, issuing, root)
    assert source.asked == [(leaf, issuing), (issuing, root)]


def test_an_anchor_that_only_bears_the_name_of_the_issuer_is_not_asked(tmp_path: Path) -> None:
    leaf, issuing, root = aarhus(), house().issuing.certificate, house().root.certificate
    namesake = new_authority().root.certificate
    assert namesake.subject == root.subject
    source = Told()
    judge = Judge(tmp_path, source)
    judge.anchors = (namesake, root)
    judge.expect_good(leaf, issuing)
    assert source.asked == [(leaf, issuing), (issuing, root)]


def test_a_broken_register_settles_nothing(tmp_path: Path) -> None:
    leaf, issuing = aarhus(), house().issuing.certificate
    judge = Judge(tmp_path, Told())
    judge.expect_good(leaf, issuing)
    (tmp_path / REGISTER_FILE).write_text("[", encoding="utf-8")
    with pytest.raises(UnsettledError, match="no register of revoked certificates"):
        judge.expect_good(leaf, issuing)
