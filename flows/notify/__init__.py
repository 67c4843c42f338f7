"""Told, not asked: who hears of what a run has met, once, with what to do."""
