"""Tests of `flows/onboard`."""
