"""Rules and error codes in words."""
