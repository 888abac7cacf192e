"""The rules of EDM 2.0 and 1.2, reconstructed: numbers and meanings are published, no rule files are at hand.

EDM 1.2 has the rules of 2.0 except for what 2.0 brought or took away. Where a meaning is published for a range of
numbers, their order within it is our reading: R-EDM-REQ-C075 to C080, C082 to C090, C095 to C105, C121 to C127,
R-EDM-ERR-C027 to C030, R-EDM-RESP-C008 to C011 and C033 to C037. Left out:

- R-EDM-REQ-C081, C091: powers of representation, for which no element is known to us;
- R-EDM-REQ-C065, C066, C099 to C101, C125, R-EDM-RESP-C012, C024, C025, C029, C035, R-EDM-ERR-C031: inside such a
  range, with no demand left for them;
- R-EDM-REQ-C069, C072, C113, R-EDM-ERR-S031: said to be of 1.x alone, not what they demand;
- R-EDM-RESP-S064: published as unused;
- all other gaps: numbers of which nothing is known to us.

`OOTSDK-EDM-REQ-001` is a demand of the change log of 2.0 without a known number.
"""
