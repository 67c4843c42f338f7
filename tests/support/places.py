"""At which of the places that an ingest comes by a test kills it."""

from __future__ import annotations

import os


def chosen(places: list[str]) -> list[tuple[int, str]]:
    """Give places with their numbers: the first and last of each name, all with NIAGA_EVERY_PLACE.

    What lies between them is the same step for another file. All of them take an hour.
    """
    numbered = list(enumerate(places, start=1))
    if os.environ.get("NIAGA_EVERY_PLACE"):
        return numbered
    first = {name: number for number, name in reversed(numbered)}
    last = {name: number for number, name in numbered}
    return sorted({(number, name) for each in (first, last) for name, number in each.items()})
