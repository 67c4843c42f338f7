"""Tests of `flows/ingest`."""
