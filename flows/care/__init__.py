"""Looks after a workspace: checks it, copies it, clears it up, and packs what has become many."""
