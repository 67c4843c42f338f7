"""Tests of `flows/state`."""
