"""Tests of how a workspace and its files are read."""
