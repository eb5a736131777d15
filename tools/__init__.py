"""The scripts behind the Makefile, run as ``python -m tools.NAME`` from the top folder."""
