"""What remains of one exchange when it is laid before others: a signed dossier that verifies without us."""
