"""The file that a backup is: a tar, compressed by zstd, whose last member lists the others' hashes.

Standard tools read it: `tar --zstd -tf FILE`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

import pyarrow

from ..errors import NiagaError
from ..ingest.archive import Identity

MANIFEST = "backup.json"
STATE = "state.db"
WORKSPACE = "workspace"
FORMAT = 1
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; `files` are the members that count, with their SHA-256."""

    company: str
    niaga: str
    made_at: str
    files: dict[str, str] = field(default_factory=dict)


class Changed(Exception):
    """The file has changed while it was copied: its copy does not count."""


class BackupWriter:
    """Writes the members of a backup, and last what they are."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._files: dict[str, str] = {}

    def add(self, name: str, file: Path) -> str:
        """Add a file as `name` and give its SHA-256; raise Changed or FileNotFoundError."""
        with file.open("rb") as source:
            before = Identity.of(_stat(source))
            member = self._tar.gettarinfo(arcname=name, fileobj=source)
            # By names of this machine nobody else can tell anything.
            member.uname = member.gname = ""
            member.type = tarfile.REGTYPE
            padded = _Hashed(source, member.size)
            self._tar.addfile(member, padded)  # type: ignore[arg-type]
            if padded.is_short or Identity.of(_stat(source)) != before:
                raise Changed
        self._files[name] = padded.sha256
        return padded.sha256

    def finish(self, company: str, niaga: str, made_at: str) -> Manifest:
        """Write the list of what counts, and give it."""
        manifest = Manifest(company, niaga, made_at, self._files)
        content = json.dumps({"format": FORMAT, **vars(manifest)}, indent=1).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size, member.mode = len(content), 0o600
        self._tar.addfile(member, io.BytesIO(content))
        return manifest


@contextmanager
def writing(file: Path) -> Iterator[BackupWriter]:
    """Open a new backup file to write it."""
    file.touch(mode=0o600)
    with (
        pyarrow.CompressedOutputStream(str(file), "zstd") as sink,
        tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT, bufsize=_CHUNK) as tar,
    ):
        yield BackupWriter(tar)


def read_backup(file: Path, folder: Path | None = None) -> Manifest:
    """Read a backup through and compare all of its hashes; into `folder`, where one is given.

    Raises NiagaError when it is damaged, cut off, or no backup. What has been written until then
    stays in the folder.
    """
    hashes: dict[str, str] = {}
    manifest: Manifest | None = None
    try:
        with ExitStack() as stack:
            stream = stack.enter_context(pyarrow.CompressedInputStream(str(file), "zstd"))
            tar = stack.enter_context(tarfile.open(fileobj=stream, mode="r|", bufsize=_CHUNK))
            for member in tar:
                content = tar.extractfile(member)
                if content is None or not _is_safe(member.name):
                    raise _damaged(file, f"it holds {member.name}, which no backup holds")
                if member.name == MANIFEST:
                    manifest = _manifest(file, json.loads(content.read()))
                else:
                    place = folder / member.name if folder else None
                    hashes[member.name] = _take(content, place, member)
    except (OSError, tarfile.TarError, pyarrow.ArrowException, EOFError, ValueError) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise _damaged(file, f"it can't be read: {error}") from error
    if manifest is None:
        raise _damaged(file, "it is cut off: the list of its files is missing")
    for name, sha256 in manifest.files.items():
        if hashes.get(name) != sha256:
            raise _damaged(file, f"{name} is not what was written")
    for name in set(hashes) - set(manifest.files):
        if folder:
            # Somebody was writing it while the backup was made.
            (folder / name).unlink()
    return manifest


def _take(content: IO[bytes], place: Path | None, member: tarfile.TarInfo) -> str:
    digest = hashlib.sha256()
    with ExitStack() as stack:
        sink = None
        if place is not None:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sink = stack.enter_context(place.open("xb"))
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            if sink is not None:
                sink.write(chunk)
    if place is not None:
        place.chmod(member.mode & 0o755 | 0o400)
        _set_time(place, member.mtime)
    return digest.hexdigest()


def _set_time(place: Path, seconds: float) -> None:
    # The day of an export may be that of its file.
    os.utime(place, (seconds, seconds))


def _manifest(file: Path, content: Any) -> Manifest:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise NiagaError(
            f"{file} is a backup of another form than this niaga knows",
            "restore it with the version of niaga that made it, or a newer one",
        )
    return Manifest(**{key: value for key, value in content.items() if key != "format"})


def _is_safe(name: str) -> bool:
    path = PurePosixPath(name)
    is_known = path.parts[:1] in ((WORKSPACE,), (STATE,), (MANIFEST,))
    return is_known and not path.is_absolute() and ".." not in path.parts


def _damaged(file: Path, why: str) -> NiagaError:
    return NiagaError(f"{file} is no whole backup: {why}", "take another backup")


def _stat(file: IO[bytes]) -> Any:
    return os.fstat(file.fileno())


class _Hashed:
    """Gives just so many bytes of a file, as the header of its member promises, and hashes them."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self._source, self._left = source, size
        self._digest = hashlib.sha256()
        self.is_short = False

    @property
    def sha256(self) -> str:
        """The hash of all that was given."""
        return self._digest.hexdigest()

    def read(self, size: int) -> bytes:
        """Give bytes; zeros where the file has been cut off meanwhile."""
        wanted = min(size, self._left)
        chunk = self._source.read(wanted)
        if len(chunk) < wanted:
            self.is_short = True
            chunk += bytes(wanted - len(chunk))
        self._left -= wanted
        self._digest.update(chunk)
        return chunk
