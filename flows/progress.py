"""How a stage tells whoever watches how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """What stages call; the command line draws it, tests and scripts pass `Silent`."""

    def start(self, stage: str, total: int | None = None) -> None:
        """Say that `stage` begins, of `total` steps where that is known."""

    def advance(self, stage: str, steps: int = 1, note: str = "") -> None:
        """Say that `steps` more of `stage` are done; `note` names the thing at hand."""

    def finish(self, stage: str, note: str = "") -> None:
        """Say that `stage` has ended; `note` sums it up in a few words."""


class Silent:
    """Progress that nobody watches."""

    def start(self, stage: str, total: int | None = None) -> None:
        """Ignore."""

    def advance(self, stage: str, steps: int = 1, note: str = "") -> None:
        """Ignore."""

    def finish(self, stage: str, note: str = "") -> None:
        """Ignore."""
