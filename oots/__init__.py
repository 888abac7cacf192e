"""OOTS-DK: an open workbench for exchanging municipal evidence as the Once-Only Technical System does."""

__version__ = "0.1.0"
