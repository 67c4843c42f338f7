"""How DuckDB is opened where the work is heavy: with what threads, memory and disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil

THREADS = 2
_MOST_MEMORY = 3 << 30
"""3 GiB: ten million sales lines pass with it; with less, checks that compare all lines do not."""


def engine_settings(spill: Path) -> dict[str, Any]:
    """Give DuckDB's settings; what does not fit into memory goes to the folder `spill`.

    On a small machine it is two fifths of the memory that there is.
    """
    most = min(_MOST_MEMORY, psutil.virtual_memory().total * 2 // 5)
    return {
        "threads": THREADS,
        "memory_limit": f"{most >> 20}MiB",
        "temp_directory": str(spill),
    }
