"""Why it is believed: keys, certificates bound to party and role, and the seals of evidence."""
