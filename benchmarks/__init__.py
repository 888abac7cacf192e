"""How fast the workbench is beside other tools that do a part of its work; run by `make bench`, never by tests."""
