"""What do the registers hold? Pages for those who review a Danish authority: the stand-ins, and how they match."""
