"""Asks: find, explicit request, go to preview, collect."""
