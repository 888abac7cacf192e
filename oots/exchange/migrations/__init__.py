"""The steps by which an older store is brought up to date."""
