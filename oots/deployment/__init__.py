"""How it is put together: settings, one app per service, and the town on one machine."""
