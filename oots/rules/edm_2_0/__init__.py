"""The rules of EDM 2.0 and 1.2, reconstructed: numbers and meanings are published, no rule files are at hand.

EDM 1.2 has the rules of 2.0 except for what 2.0 brought or took away. Numbers whose meaning is not known to us are left
out: R-EDM-REQ-C060, C065, C066, C068, C070, C071, C074, C081, C091, C107, C112, C113, C116, C117, C122 to C126;
R-EDM-RESP-S030 to S032, S038 to S040, S043, S044, S064; R-EDM-RESP-C001, C043 to C045.
"""
