"""The inspector: what the council sees of an exchange, out of the journals of all who took part."""
