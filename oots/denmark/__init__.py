"""What is Danish: CPR stand-in, municipality, and the bopælsattest as XML and PDF."""
