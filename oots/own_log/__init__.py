"""The citizen's own log: who asked about me, on what ground, what I saw and decided, and what was sent."""
