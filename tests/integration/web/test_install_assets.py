"""Installing Det Fælles Designsystem, with a script in place of npm."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from oots.web import install_assets
from oots.web.install_assets import PROJECT, WEIGHTS, NotInstalledError, install

NPM = f"""#!{sys.executable}
import pathlib, sys
assert sys.argv[1:3] == ["ci", "--ignore-scripts"], sys.argv
package = pathlib.Path("node_modules/dkfds")
fonts = package / "dist/fonts/IBMPlexSans/complete"
for file in ["LICENSE.md", "dist/css/dkfds.min.css", "dist/js/dkfds.min.js", "dist/img/svg-icons/check.svg"]:
    (package / file).parent.mkdir(parents=True, exist_ok=True)
    (package / file).write_text(file)
for kind, names in (("woff2", {WEIGHTS!r}), ("woff", {WEIGHTS!r}), ("ttf", ("Regular",))):
    (fonts / kind).mkdir(parents=True)
    (fonts / kind / "license.txt").write_text("OFL")
    for name in names:
        (fonts / kind / f"IBMPlexSans-{{name}}.{{kind}}").write_text(name)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with the real manifest, and nothing but the stand-in npm to be found."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in install_assets.MANIFEST:
        (folder / name).write_bytes((PROJECT / name).read_bytes())
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    provide_npm(tmp_path, NPM)
    return folder


def provide_npm(tmp_path: Path, script: str) -> None:
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir(exist_ok=True)
    npm.write_text(script)
    npm.chmod(0o700)


def test_only_what_pages_need_is_copied(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "dkfds"
    assert install(project, target)
    copied = {str(file.relative_to(target)) for file in target.rglob("*") if file.is_file()}
    fonts = "fonts/IBMPlexSans/complete"
    assert copied == {
        "LICENSE.md",
        "package-lock.json",
        "css/dkfds.min.css",
        "img/svg-icons/check.svg",
        f"{fonts}/woff2/license.txt",
        f"{fonts}/woff/IBMPlexSans-Regular.woff",
        *(f"{fonts}/woff2/IBMPlexSans-{weight}.woff2" for weight in WEIGHTS),
    }


def test_a_second_run_does_nothing_until_the_lock_file_changes(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "dkfds"
    assert install(project, target)
    assert not install(project, target)
    lock = project / "package-lock.json"
    lock.write_text(lock.read_text() + "\n")
    assert install(project, target)


def test_without_npm_one_line_says_so_and_nothing_fails(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bin" / "npm").unlink()
    monkeypatch.setattr(install_assets.install, "__defaults__", (project, tmp_path / "dkfds"))
    install_assets.main()
    (line,) = capsys.readouterr().out.splitlines()
    assert "npm is missing" in line
    assert not (tmp_path / "dkfds").exists()


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 7\n", "#!/bin/sh\nexit 0\n", "no program"])
def test_an_npm_that_fails_leaves_what_was_installed(project: Path, tmp_path: Path, script: str) -> None:
    target = tmp_path / "dkfds"
    assert install(project, target)
    (project / "package-lock.json").write_text("{}")
    provide_npm(tmp_path, script)
    with pytest.raises(NotInstalledError):
        install(project, target)
    assert (target / "css/dkfds.min.css").is_file()


def test_the_lock_file_pins_content_and_names_no_address() -> None:
    lock = json.loads((PROJECT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages.keys() == {"node_modules/dkfds"}
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in packages.values())
