"""What the specification forbids: every published rule under its own id, and the rules between messages."""
