"""Companies to look after: those of the ingest's tests."""

from __future__ import annotations

from tests.ingest.conftest import bare_company, company

__all__ = ["bare_company", "company"]
