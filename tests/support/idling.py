"""A module to run as a process: it starts another that only waits, says its id, and waits as well."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from oots.deployment.processes import started

if __name__ == "__main__":
    if sys.argv[1:]:
        child = started(("tests.support.idling",), {}, Path(sys.argv[1]))
        sys.stdout.write(f"{child.pid}\n")
        sys.stdout.flush()
    signal.pause()
