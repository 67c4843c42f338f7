"""Nights, status and being looked after."""
