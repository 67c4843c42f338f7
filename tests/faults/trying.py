"""Lets each fault befall the workspace, runs the next night, and says what came of it."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from niaga.operate.run import FILE_HELD

from .bench import PARTS, Bench
from .equal import content, differences, leftovers
from .points import Point
from .reader import Reader
from .state_moves import move_to_postgresql

_FULL = "the disk is full"
_AWAY = "the state database"


class Failed(Exception):
    """The fault was not met as niaga promises."""


@dataclass(frozen=True)
class Outcome:
    """What came of a point; `faults` says what was not as promised."""

    point: Point
    place: str
    told: str
    seconds: float
    faults: tuple[str, ...]


def try_point(bench: Bench, point: Point) -> Outcome:
    """Try a point, and run the night after it."""
    began = time.monotonic()
    if point.fault != "disk full":
        return _tried(bench, point, began)
    with bench.small_disk() as is_mounted:
        if is_mounted:
            return _tried(bench, point, began)
    told = "left out: only the superuser can mount a disk"
    return Outcome(point, point.part, told, time.monotonic() - began, ())


def _tried(bench: Bench, point: Point, began: float) -> Outcome:
    bench.put_back("ingest" if point.part == "night" else point.part)
    place, told, faults = point.part, "", []
    reader = Reader(bench.marts)
    with reader:
        try:
            place, told = _FAULTS[point.fault](bench, point)
            if (code := bench.night()) != FILE_HELD:
                raise Failed(f"the next night ended with {code}: {bench.told()}")
        except Failed as error:
            faults.append(str(error))
    if not faults:
        faults += differences(content(bench.root), bench.wanted) + leftovers(bench.root)
    faults += [f"a reader saw: {fault}" for fault in reader.seen.faults]
    if not reader.seen.reads:
        faults.append("no reader has read")
    return Outcome(point, place, told, time.monotonic() - began, tuple(faults))


def _kill(bench: Bench, point: Point) -> tuple[str, str]:
    number, name = point.place(bench.places[point.part])
    ended = bench.act(PARTS[point.part], failpoint=f"#{number}")
    if ended != -signal.SIGKILL:
        raise Failed(f"it was not killed but ended with {ended}: {bench.told()}")
    return f"{point.part} #{number} {name}", "killed"


def _kill_at_a_moment(bench: Bench, point: Point) -> tuple[str, str]:
    share = point.chance.uniform(0.02, 0.98)
    ended = bench.act(PARTS[point.part], seconds=share * bench.seconds[point.part])
    return f"{point.part} at {share:.0%}", "killed" if ended < 0 else "ended before"


def _kill_the_command(bench: Bench, point: Point) -> tuple[str, str]:
    share = point.chance.uniform(0.05, 0.95)
    night = bench.start_command()
    # With Prefect around it, it takes longer than the parts in a warm process.
    with contextlib.suppress(subprocess.TimeoutExpired):
        night.wait(share * sum(bench.seconds.values()) * 1.5)
    night.kill()
    ended = night.wait()
    return f"night at {share:.0%}", "killed" if ended < 0 else "ended before"


def _fill_the_disk(bench: Bench, point: Point) -> tuple[str, str]:
    number, name = point.place(bench.places[point.part])
    free = point.chance.choice((0, 0, 16 << 10, 256 << 10, 2 << 20))
    deed = ["fill_disk", str(bench.filler), free]
    ended = bench.act(PARTS[point.part], failpoint=f"#{number}", deed=deed)
    bench.filler.unlink(missing_ok=True)
    place = f"{point.part} #{number} {name}, {free >> 10} KiB free"
    return place, _ended_or_told(bench, ended, _FULL)


def _ended_or_told(bench: Bench, ended: int, words: str) -> str:
    """Say how a run ended that a fault befell: as ever, or in words that name the fault."""
    if ended == FILE_HELD:
        return "not held up"
    if ended == 1 and words in bench.told():
        return "told"
    raise Failed(f"it ended with {ended} and told: {bench.told()}")


def _take_the_state_away(bench: Bench, point: Point) -> tuple[str, str]:
    manner = point.manner(("moved", "stopped server", "gone before", "locked", "briefly locked"))
    number, name = point.place(bench.places[point.part])
    place = f"{point.part} #{number} {name}, {manner}"
    stages, failpoint, root = PARTS[point.part], f"#{number}", str(bench.root)
    match manner:
        case "moved" | "gone before":
            aside = bench.root.parent / "aside"
            is_before = manner == "gone before"
            ended = bench.act(
                stages,
                failpoint=None if is_before else failpoint,
                deed=["take_state_away", root, str(aside)],
            )
            told = _ended_or_told(bench, ended, "state database")
            _put_state_back(bench.root, aside)
        case "stopped server":
            server = bench.server()
            move_to_postgresql(bench.root, server.new_database())
            deed = ["stop_server", str(server.folder)]
            ended = bench.act(stages, failpoint=failpoint, deed=deed)
            server.start()
            told = _ended_or_told(bench, ended, _AWAY)
        case "locked":
            deed = ["lock_state", root, 4.0, 0.5]
            ended = bench.act(stages, failpoint=failpoint, deed=deed)
            told = _ended_or_told(bench, ended, _AWAY)
        case _:
            deed = ["lock_state", root, 1.5, 30.0]
            ended = bench.act(stages, failpoint=failpoint, deed=deed)
            if ended != FILE_HELD:
                raise Failed(f"it ended with {ended} and told: {bench.told()}")
            told = "waited"
    return place, told


def _put_state_back(root: Path, aside: Path) -> None:
    for file in root.glob("state.db*"):
        file.unlink()
    for file in aside.iterdir():
        file.rename(root / file.name)
    aside.rmdir()


def _damage_the_lake(bench: Bench, point: Point) -> tuple[str, str]:
    segments = sorted((bench.root / "lake").rglob("*.parquet"))
    segment = point.chance.choice(segments)
    manner = point.manner(("a bit flipped", "cut short", "another's content", "removed"))
    name, kept = segment.relative_to(bench.root).as_posix(), segment.read_bytes()
    _damage(segment, manner, point, segments)
    told = _must_be_named(bench, name)
    source = re.search(r"niaga ingest --again (\w+)", told)
    if source is None:
        raise Failed(f"it does not say what to do: {told}")
    if point.turn % 2:
        segment.write_bytes(kept)
        return f"{name}, {manner}", "named, put back"
    if (ended := bench.act([], source=source[1])) not in (0, FILE_HELD):
        raise Failed(f"niaga ingest --again {source[1]} ended with {ended}: {bench.told()}")
    return f"{name}, {manner}", "named, read again"


def _damage_the_ledger(bench: Bench, point: Point) -> tuple[str, str]:
    (segment,) = (bench.root / "ledger").glob("*.parquet")
    others = sorted((bench.root / "lake").rglob("*.parquet"))
    manner = point.manner(("a bit flipped", "cut short", "another's content", "removed"))
    name, kept = segment.relative_to(bench.root).as_posix(), segment.read_bytes()
    _damage(segment, manner, point, others)
    if "backup" not in (told := _must_be_named(bench, name)):
        raise Failed(f"it does not say what to do: {told}")
    segment.write_bytes(kept)
    return f"{name}, {manner}", "named, put back"


def _damage(segment: Path, manner: str, point: Point, others: list[Path]) -> None:
    content = bytearray(segment.read_bytes())
    if manner == "a bit flipped":
        content[point.chance.randrange(4, len(content) - 8)] ^= 1 << point.chance.randrange(8)
    elif manner == "cut short":
        del content[point.chance.randrange(len(content)) :]
    if manner == "another's content":
        shutil.copyfile(next(one for one in others if one != segment), segment)
    elif manner == "removed":
        segment.unlink()
    else:
        segment.write_bytes(content)


def _must_be_named(bench: Bench, name: str) -> str:
    """Run a night that must stop at what is damaged, and name it; give what it told."""
    ended = bench.night()
    told = bench.told()
    if ended != 1 or name not in told:
        raise Failed(f"{name} is damaged, and the night ended with {ended} and told: {told}")
    return told


def _set_the_clock_back(bench: Bench, point: Point) -> tuple[str, str]:
    number, name = point.place(bench.places[point.part])
    days = point.chance.choice((0.05, 1.5, 40))
    deed = ["set_clock_back", days]
    ended = bench.act(PARTS[point.part], failpoint=f"#{number}", deed=deed)
    if ended != FILE_HELD:
        raise Failed(f"it ended with {ended} and told: {bench.told()}")
    return f"{point.part} #{number} {name}, {days} days", "worked on"


_FAULTS: dict[str, Callable[[Bench, Point], tuple[str, str]]] = {
    "kill": _kill,
    "kill at a moment": _kill_at_a_moment,
    "kill -9 of the command": _kill_the_command,
    "disk full": _fill_the_disk,
    "state database away": _take_the_state_away,
    "lake damaged": _damage_the_lake,
    "ledger damaged": _damage_the_ledger,
    "clock set back": _set_the_clock_back,
}
