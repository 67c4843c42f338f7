"""Which fault is tried at which place: all follows from a seed and the number of the point."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

# What twenty points try; in which order, the seed says.
_TWENTY = {
    "kill": 9,
    "kill at a moment": 2,
    "kill -9 of the command": 2,
    "disk full": 2,
    "state database away": 2,
    "lake damaged": 1,
    "ledger damaged": 1,
    "clock set back": 1,
}
_PARTS = {
    "kill": ("ingest", "publish", "post", "ingest", "refresh", "publish", "ingest"),
    "kill at a moment": ("refresh", "refresh", "ingest", "refresh", "publish"),
    "disk full": ("ingest", "refresh", "publish", "post"),
    "state database away": ("ingest", "publish", "refresh", "post", "ingest"),
    "clock set back": ("ingest", "post", "publish", "refresh"),
}


@dataclass(frozen=True)
class Point:
    """A fault, and the part of the night in which it is tried.

    `turn` counts the points of the same fault: manners and names of places take turns, so that few
    points try many of them. What else there is to choose comes from `chance`.
    """

    seed: int
    number: int
    fault: str
    part: str
    turn: int

    @property
    def chance(self) -> random.Random:
        """Give the chance of this point: the same choices whenever it is tried."""
        return random.Random(f"{self.seed}/{self.number}")

    def place(self, places: list[str]) -> tuple[int, str]:
        """Choose among the places of the part: each name as often, however often a run passes it.

        Gives the place's number and name.
        """
        names = sorted(set(places))
        random.Random(f"{self.seed}/{self.part}").shuffle(names)
        name = names[self.turn % len(names)]
        numbers = [number for number, one in enumerate(places, start=1) if one == name]
        return self.chance.choice(numbers), name

    def manner(self, manners: tuple[str, ...]) -> str:
        """Choose one of the ways in which the fault comes."""
        return manners[(self.seed + self.turn) % len(manners)]


def points(seed: int, count: int) -> list[Point]:
    """Give the first points of a seed, numbered from 1."""
    found: list[Point] = []
    turns: Counter[str] = Counter()
    while len(found) < count:
        faults = [fault for fault, times in _TWENTY.items() for _ in range(times)]
        random.Random(f"{seed}/{len(found)}").shuffle(faults)
        for fault in faults:
            parts = _PARTS.get(fault, ("night",))
            part = parts[(seed + turns[fault]) % len(parts)]
            found.append(Point(seed, len(found) + 1, fault, part, turns[fault]))
            turns[fault] += 1
    return found[:count]
