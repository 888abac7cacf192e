"""Where each exchange stands: envelope, transition tables, store, journal, outbox and the access point's door."""
