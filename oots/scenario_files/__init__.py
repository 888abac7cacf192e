"""Which stories can be told: the files that say who asks whom for what, what goes wrong, and how it must end."""
