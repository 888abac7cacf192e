"""What is passed on? A platform between requesters and the authorities behind it, with an access point of its own."""
