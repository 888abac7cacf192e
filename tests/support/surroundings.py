"""A module to run as a process: it says what it was given, and ends as it is told."""

from __future__ import annotations

import json
import os
import sys

if __name__ == "__main__":
    alone = os.getsid(0) == os.getpid()
    ahead = "oots.deployment.serving" in sys.modules
    said = {"said": sys.argv[1:], "environment": dict(os.environ), "alone": alone, "ahead": ahead}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stderr.write("and more\n")
    sys.exit(int(sys.argv[1]))
