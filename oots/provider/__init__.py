"""Answers: checks, identity match, preview space, answer."""
