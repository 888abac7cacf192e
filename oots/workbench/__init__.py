"""Where one begins: the scenarios, the thirteen journeys, and what the prototype has shown of each."""
