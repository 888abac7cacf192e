"""What is foreign: the invented civil registry of another country, which a Danish municipality asks."""
