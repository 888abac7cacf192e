"""The list of all exchanges, kept in step with the journals."""
