"""A module to run as a process: it says a word and ends with a status."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    sys.stdout.write(f"{sys.argv[1]}\n")
    sys.exit(int(sys.argv[2]))
