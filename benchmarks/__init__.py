"""Measures niaga against a hand-written script on the same data; run from a checkout."""
