"""Where a service keeps what must not be lost: SQLite in its folder, or a PostgreSQL that its replicas share."""
