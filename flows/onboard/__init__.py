"""Propose a source for exports that niaga has not seen before."""
