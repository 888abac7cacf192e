"""Told as stories: headless runs of the town, and the specimens that come out of them."""
