"""The rules between messages: an answer and its request, a header and its body, a receipt, evidence and its metadata.

Nobody has published these; their ids are ours. Each pair has one function that takes parsed documents and returns the
findings, with places in the later document. A document may be broken: what a pair does not find it does not judge.
"""
