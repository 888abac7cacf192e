"""How is it written: RegRep and EDM documents to model and back, safe parsing, canonical bytes."""
