"""Tries niaga with faults at seeded places: `python -m tests.faults --help`."""
