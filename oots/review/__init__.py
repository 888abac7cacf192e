"""The review desk: what the council holds an exchange against, and what it said of it."""
