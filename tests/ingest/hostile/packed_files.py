"""Bad gzip, zstd and zip files."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator

import pyarrow

from .case import Case, csv_of, row, text

PLAIN = csv_of(text(1), text(2))
ROWS = (row(1), row(2))


def cases() -> Iterator[Case]:
    yield from _streams()
    yield from _zip_files()


def _zstd(content: bytes) -> bytes:
    return bytes(pyarrow.compress(content, codec="zstd", asbytes=True))


def _zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


def _special(kind: int) -> bytes:
    """Give a zip file whose only member is no regular file."""
    member = zipfile.ZipInfo("a.csv")
    member.create_system, member.external_attr = 3, (kind | 0o777) << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(member, "/etc/passwd")
    return packed.getvalue()


def _streams() -> Iterator[Case]:
    packed = gzip.compress(PLAIN, mtime=0)
    cut = "data is cut off or damaged"
    for name, content in {
        "after its magic": packed[:3],
        "in its header": packed[:9],
        "in the middle": packed[: len(packed) // 2],
        "before its checksum": packed[:-8],
        "by a byte": packed[:-1],
    }.items():
        yield Case(f"gzip: cut {name}", content, rejected=cut)
    yield Case("gzip: another checksum", packed[:-8] + bytes(4) + packed[-4:], rejected=cut)
    yield Case("gzip: another size", packed[:-4] + bytes(4), rejected=cut)
    yield Case("gzip: damaged", packed[:20] + b"\xff\xff" + packed[22:], rejected=cut)
    yield Case("gzip: something behind", packed + b"junk", rejected=cut)
    yield Case("gzip: zero bytes behind", packed + bytes(512), rejected=cut)
    yield Case("gzip: of nothing", gzip.compress(b"", mtime=0), rejected="is empty")
    yield Case("gzip: of gzip", gzip.compress(packed, mtime=0), rejected="is packed twice")
    yield Case("gzip: of zip", gzip.compress(_zipped({"a": PLAIN})), rejected="is packed twice")
    yield Case("gzip: of a cut text", gzip.compress(PLAIN[:-1], mtime=0), rejected="is truncated")
    yield Case(
        "gzip: two of them", packed + gzip.compress(text(3).encode()), loaded=(*ROWS, row(3))
    )
    named = io.BytesIO()
    with gzip.GzipFile("../../../etc/cron.d/x", "wb", fileobj=named, mtime=0) as file:
        file.write(PLAIN)
    yield Case("gzip: a name that points out", named.getvalue(), loaded=ROWS)
    yield Case("zlib without a header of gzip", zlib.compress(PLAIN), rejected="holds zero bytes")
    for name, content in {
        "after its magic": _zstd(PLAIN)[:4],
        "in the middle": _zstd(PLAIN)[:30],
        "by a byte": _zstd(PLAIN)[:-1],
        "with something behind": _zstd(PLAIN) + b"junk",
    }.items():
        yield Case(f"zstd: cut {name}", content, rejected=cut)
    yield Case("zstd: of zstd", _zstd(_zstd(PLAIN)), rejected="is packed twice")
    yield Case("zstd: of gzip", _zstd(packed), rejected="is packed twice")
    yield Case("zstd: two of them", _zstd(PLAIN) + _zstd(text(3).encode()), loaded=(*ROWS, row(3)))
    yield Case("bzip2", b"BZh91AY&SY" + bytes(50), rejected="holds zero bytes")
    yield Case("xz", b"\xfd7zXZ\0\0\4" + bytes(50), rejected="holds zero bytes")
    yield Case("7z", b"7z\xbc\xaf\x27\x1c\0\4" + bytes(50), rejected="holds zero bytes")
    yield Case("rar", b"Rar!\x1a\7\1\0" + bytes(50), rejected="holds zero bytes")
    yield Case("tar", b"a.csv" + bytes(507) + PLAIN, rejected="holds zero bytes")


def _zip_files() -> Iterator[Case]:
    def member(pattern: str) -> dict[str, str]:
        return {"member": pattern}

    good = _zipped({"a.csv": PLAIN})
    stored = _zipped({"a.csv": PLAIN}, zipfile.ZIP_STORED)
    bad = "can't be unpacked: it is cut off, damaged or no zip file"
    yield Case("zip: good", good, loaded=ROWS)
    yield Case("zip: its magic alone", good[:4], rejected=bad)
    yield Case("zip: in the middle", good[: len(good) // 2], rejected=bad)
    yield Case("zip: cut by a byte", good[:-1], rejected=bad)
    yield Case("zip: another content", stored.replace(b"teh 1", b"kopi1"), rejected=bad)
    yield Case("zip: another name inside", stored.replace(b"a.csv", b"b.csv", 1), rejected=bad)
    yield Case("zip: no member", _zipped({}), rejected="is a zip file without members")
    yield Case("zip: a folder alone", _zipped({"a/": b""}), rejected="without members")
    yield Case("zip: an empty member", _zipped({"a.csv": b""}), rejected="is empty")
    yield Case(
        "zip: two members", _zipped({"a.csv": PLAIN, "b.csv": PLAIN}), rejected="a.csv, b.csv"
    )
    yield Case(
        "zip: two that match",
        _zipped({"a.csv": PLAIN, "b.csv": PLAIN}),
        rejected="and all match",
        options=member("*.csv"),
    )
    yield Case("zip: none that matches", good, rejected="no member", options=member("b.csv"))
    yield Case("zip: no zip file", PLAIN, rejected=bad, options=member("*.csv"))
    yield Case("zip: in a folder", _zipped({"x/a.csv": PLAIN}), rejected="in a folder")
    for name in ("../a.csv", "x/../../a.csv", "/etc/a.csv", "C:/a.csv", "//host/a.csv"):
        yield Case(f"zip: {name}", _zipped({name: PLAIN}), rejected="points out of the zip file")
    backslash = stored.replace(b"a.csv", b"a\\csv")
    yield Case("zip: a backslash", backslash, rejected="a character in its name")
    yield Case(
        "zip: a zero byte in a name", stored.replace(b"a.csv", b"a\0csv"), rejected="a character"
    )
    yield Case("zip: a link", _special(stat.S_IFLNK), rejected="is a link and no file")
    yield Case("zip: a FIFO", _special(stat.S_IFIFO), rejected="is no regular file")
    twice = _zipped({"a.csv": PLAIN, "b.csv": text(3).encode()}).replace(b"b.csv", b"a.csv")
    yield Case("zip: a name twice", twice, rejected="members of the same name: a.csv")
    yield Case("zip: of zip", _zipped({"a.zip": good}), rejected="is packed twice")
    yield Case("zip: of gzip", _zipped({"a.gz": gzip.compress(PLAIN)}), rejected="is packed twice")
    for name, method in {"bzip2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}.items():
        yield Case(f"zip: {name}", _zipped({"a.csv": PLAIN}, method), rejected="a rare method")
    encrypted = bytearray(good)
    encrypted[6] |= 1
    encrypted[good.index(b"PK\1\2") + 8] |= 1
    yield Case("zip: encrypted", bytes(encrypted), rejected="encrypted, and niaga knows no")
    for name, size in {"less": 10, "more": 100_000}.items():
        told = stored.replace(struct.pack("<L", len(PLAIN)), struct.pack("<L", size))
        yield Case(f"zip: states {name}", told, rejected="can't be unpacked")
    yield Case("zip: something before", b"junk" + good, rejected="holds zero bytes")
    yield Case(
        "zip: something before, named", b"junk" * 99 + good, loaded=ROWS, options=member("a.csv")
    )
    yield Case("zip: something behind", good + b"junk" * 99, loaded=ROWS)
