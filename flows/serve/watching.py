"""Notices changes of landing/ at once, where the operating system tells of them."""

from __future__ import annotations

import threading
from pathlib import Path

import watchfiles

_QUIET_MILLISECONDS = 100
_AT_MOST_MILLISECONDS = 500


class Watcher:
    """Watches a folder in the background; what it misses is for the sweep to find."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_over = threading.Event()
        self._changed = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def has_changed(self) -> bool:
        """Tell whether anything has changed since the last time that this was asked."""
        if not self._changed.is_set():
            return False
        self._changed.clear()
        return True

    def stop(self) -> None:
        """End the watch."""
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            # Every change counts: which files are to be taken is decided by those who take them.
            for _ in watchfiles.watch(
                self._folder,
                watch_filter=None,
                step=_QUIET_MILLISECONDS,
                debounce=_AT_MOST_MILLISECONDS,
                rust_timeout=1000,
                stop_event=self._is_over,
                recursive=False,
                raise_interrupt=False,
            ):
                self._changed.set()
        except (OSError, RuntimeError):
            # No watch can be had, as on some network folders, or when too many are in use.
            return
