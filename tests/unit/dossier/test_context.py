"""What a dossier says of the software that made it, with and without a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.dossier import context

COMMIT, OTHER = "a" * 40, "b" * 40


@pytest.fixture(autouse=True)
def _installed_from_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "_installed_commit", lambda: None)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def commit(root: Path) -> tuple[object, object]:
    told = context.software(root)
    return told["commit"], told["commit_known_from"]


def test_the_commit_of_a_checkout_is_read_as_git_keeps_it(tmp_path: Path) -> None:
    write(tmp_path / ".git" / "HEAD", COMMIT)
    assert commit(tmp_path) == (COMMIT, "the checkout")
    write(tmp_path / ".git" / "HEAD", "ref: refs/heads/main\n")
    assert commit(tmp_path)[0] is None
    write(tmp_path / ".git" / "packed-refs", f"# pack-refs\n{OTHER} refs/heads/other\n{COMMIT} refs/heads/main\n")
    assert commit(tmp_path)[0] == COMMIT
    write(tmp_path / ".git" / "refs" / "heads" / "main", f"{OTHER}\n")
    assert commit(tmp_path)[0] == OTHER


def test_the_commit_of_a_worktree_is_found_where_its_file_leads(tmp_path: Path) -> None:
    own = tmp_path / "main" / ".git" / "worktrees" / "apart"
    write(tmp_path / "apart" / ".git", f"gitdir: {own}\n")
    write(own / "HEAD", "ref: refs/heads/apart\n")
    write(own / "commondir", "../..\n")
    write(tmp_path / "main" / ".git" / "refs" / "heads" / "apart", COMMIT)
    assert commit(tmp_path / "apart") == (COMMIT, "the checkout")


def test_an_image_says_what_it_was_built_from_and_nothing_else_is_taken_for_a_commit(tmp_path: Path) -> None:
    write(tmp_path / "commit.txt", f"{COMMIT}\n")
    assert commit(tmp_path) == (COMMIT, "the image")
    write(tmp_path / "commit.txt", "unknown\n")
    assert commit(tmp_path) == (None, "neither the installation nor a checkout says")


def test_an_installation_alone_says_what_it_does_not_know(tmp_path: Path) -> None:
    assert context.software(tmp_path)["commit"] is None
    assert context.dependencies(tmp_path)["lock_sha256"] is None
    assert context.decisions(tmp_path)["in_force"] is None


def test_a_checkout_knows_its_lock_and_its_decisions() -> None:
    assert len(str(context.dependencies()["lock_sha256"])) == 64
    titles = context.decisions()["in_force"]
    assert isinstance(titles, list)
    assert "1. Floors" in titles


def test_settings_change_the_digest_of_the_configuration() -> None:
    one, other = (context.configuration(b"anchors", settings) for settings in ({"tls": True}, {"tls": False}))
    assert one["sha256"] != other["sha256"]
    assert context.configuration(b"anchors", {})["settings_sha256"] is None
