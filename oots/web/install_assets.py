"""Installs Det Fælles Designsystem from npm beside the own stylesheets: `python -m oots.web.install_assets`.

Pages work without it, so a missing or failing npm is told in one line and is no failure.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]
TARGET = Path(__file__).parent / "assets" / "dkfds"
LOCK = "package-lock.json"
MANIFEST = ("package.json", LOCK, ".npmrc")
WEIGHTS = ("Regular", "Italic", "Medium", "SemiBold", "Bold")
TIMEOUT_SECONDS = 120


class NotInstalledError(Exception):
    """Why the design system is not there; the pages go on without it."""


def install(project: Path = PROJECT, target: Path = TARGET) -> bool:
    """Put what the lock file of `project` names into `target`; False if it is already there.

    Raises NotInstalledError if npm is missing, fails or brings something else than expected.
    """
    lock = project / LOCK
    installed = target / LOCK
    if not lock.is_file():
        raise NotInstalledError("there is no package-lock.json here")
    if installed.is_file() and installed.read_bytes() == lock.read_bytes():
        return False
    with tempfile.TemporaryDirectory(prefix="oots-assets-") as folder:
        package = _fetch(project, Path(folder))
        _replace(target, _selected(package, Path(folder) / "selected", lock))
    return True


def main() -> None:
    """Install and say so in one line."""
    try:
        news = "installed" if install() else "already installed"
        sys.stdout.write(f"Det Fælles Designsystem: {news}\n")
    except NotInstalledError as reason:
        sys.stdout.write(f"Det Fælles Designsystem: not installed ({reason}); the pages use a plain stylesheet\n")


def _fetch(project: Path, folder: Path) -> Path:
    """`npm ci` in a folder of its own; no package script is run. Gives the package's folder."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotInstalledError("npm is missing")
    for name in MANIFEST:
        shutil.copy(project / name, folder / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=TIMEOUT_SECONDS)  # noqa: S603
    except subprocess.CalledProcessError as failure:
        raise NotInstalledError(f"npm ci ended with {failure.returncode}") from failure
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise NotInstalledError(f"npm ci did not end: {type(failure).__name__}") from failure
    return folder / "node_modules" / "dkfds"


def _selected(package: Path, selected: Path, lock: Path) -> Path:
    """Stylesheet, the weights in use and the icons, in the layout that the stylesheet's relative links expect."""
    fonts = Path("fonts/IBMPlexSans/complete")
    files = [Path("css/dkfds.min.css"), fonts / "woff2/license.txt"]
    files += [fonts / f"woff2/IBMPlexSans-{weight}.woff2" for weight in WEIGHTS]
    files += [fonts / "woff/IBMPlexSans-Regular.woff"]  # what the stylesheet names first, before ours has come
    try:
        shutil.copytree(package / "dist/img/svg-icons", selected / "img/svg-icons")
        for file in files:
            (selected / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(package / "dist" / file, selected / file)
        shutil.copy(package / "LICENSE.md", selected / "LICENSE.md")
    except OSError as missing:
        raise NotInstalledError("the package does not hold what is expected") from missing
    shutil.copy(lock, selected / LOCK)
    return selected


def _replace(target: Path, selected: Path) -> None:
    try:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(selected, target)
    except OSError as failure:
        raise NotInstalledError(f"cannot write {target}") from failure


if __name__ == "__main__":
    main()
