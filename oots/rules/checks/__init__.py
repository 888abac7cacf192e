"""The vocabulary of rules: what an element or an attribute can be asked.

The meaning is that of the XPath in the published assertions: a function of one value fails when there are several.
"""
