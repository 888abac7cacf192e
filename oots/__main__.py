"""`python -m oots`: the same as the command `oots`."""

from __future__ import annotations

from oots.cli import main

main()
