"""Attached files: kept inside the database by the SHA-256 of their bytes, opened as copies only."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import sys
import tempfile
import weakref
import zipfile
from pathlib import Path

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.domain.values import FileRef, clean_text

MOST_BYTES = 20 * 1024 * 1024
"""Above this a file is refused: bundles travel on sticks and by e-mail."""

_NAME_LIMIT = 120
_SLASHES = str.maketrans("/\\", "--")
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))
_RESERVED = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{n}" for port in ("COM", "LPT") for n in "123456789¹²³"]
)
_SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "tif": (b"II*\x00", b"MM\x00*"),
    "tiff": (b"II*\x00", b"MM\x00*"),
}
_OFFICE: dict[str, str] = {
    "docx": "word/",
    "xlsx": "xl/",
    "pptx": "ppt/",
    "odt": "content.xml",
    "ods": "content.xml",
    "odp": "content.xml",
}
_PLAIN = frozenset({"txt", "csv"})
_CODE_PARTS = ("vbaproject", "vbadata", "activex", "macrosheets", "basic/", "scripts/", "oleobject")


def add(db: Database, path: Path) -> FileRef:
    """Puts a file's bytes into the database. UserError when it cannot be read or is too large."""
    try:
        size = path.stat().st_size
        _refuse_large(path.name, size)
        data = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"“{path.name}” cannot be read.", "Check that the file is there and is not open."
        ) from error
    return add_bytes(db, data, path.name)


def add_bytes(db: Database, data: bytes, name: str) -> FileRef:
    """Puts bytes into the database under a cleaned name; the same bytes are kept once."""
    _refuse_large(name, len(data))
    if not data:
        raise UserError(f"“{name}” is empty.", "Choose another file.")
    with db.writing() as connection:
        sha256 = keep_bytes(connection, data)
    return FileRef(sha256, safe_name(name))


def keep_bytes(c: Connection, data: bytes) -> str:
    """Keeps bytes inside a write transaction, once; their SHA-256."""
    sha256 = hashlib.sha256(data).hexdigest()
    c.run(
        "INSERT INTO file_blob(sha256, size, data) VALUES (?, ?, ?) ON CONFLICT(sha256) DO NOTHING",
        (sha256, len(data), data),
    )
    return sha256


def read(c: Connection, ref: FileRef) -> bytes:
    """The file's bytes, checked against their hash. NotFound when they are not here."""
    found = c.value("SELECT data FROM file_blob WHERE sha256 = ?", (ref.sha256,))
    if found is None:
        raise NotFound(
            f"The file “{ref.name}” is not in this database yet.",
            "Ask the office that attached it for a bundle with files.",
        )
    data = bytes(found)
    if hashlib.sha256(data).hexdigest() != ref.sha256:
        raise UserError(f"The file “{ref.name}” is damaged.", "Restore it from a backup.")
    return data


def save_as(c: Connection, ref: FileRef, target: Path) -> None:
    """Writes a copy where the officer wants it."""
    _write(target, read(c, ref))


def safe_name(name: str) -> str:
    """A file name that no system takes for a path, a device or another kind of file."""
    last = clean_text(name).replace("\\", "/").rsplit("/", 1)[-1]
    text = last.translate(_FORBIDDEN).strip(" .")
    stem, dot, suffix = text.rpartition(".")
    if not dot:
        stem, suffix = text, ""
    if stem.split(".")[0].strip().upper() in _RESERVED:
        stem = f"_{stem}"
    stem = stem[: _NAME_LIMIT - len(suffix) - 1].rstrip(" .") or "file"
    return f"{stem}.{suffix}" if suffix else stem


def named_after(title: str, ending: str) -> str:
    """A harmless file name for what has a title; a slash in a title begins no folder."""
    return safe_name(f"{' '.join(title.translate(_SLASHES).split())}.{ending}")


def can_open(name: str, data: bytes) -> bool:
    """Whether a file may be handed to its program: by its last extension, and its bytes agree.

    Everything else - programs, links, pages, files with macros - can only be saved as a copy.
    """
    _, dot, suffix = safe_name(name).lower().rpartition(".")
    if not dot:
        return False
    if suffix in _SIGNATURES:
        return data.startswith(_SIGNATURES[suffix])
    if suffix in _OFFICE:
        return _is_office(data, _OFFICE[suffix])
    return suffix in _PLAIN and _is_text(data)


class OpenedCopies:
    """A folder of this program's own (0700) for opened copies; goes when the program ends."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def copy(self, c: Connection, ref: FileRef) -> Path:
        """A read-only copy to open. UserError when the file is of a kind that is not opened."""
        data = read(c, ref)
        if not can_open(ref.name, data):
            raise UserError(
                f"“{ref.name}” is not opened from here: it may hold a program.",
                "Save a copy, and open that only if you trust who sent it.",
            )
        folder = self._own_folder() / ref.sha256[:16]
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / safe_name(ref.name)
        if not path.exists():
            _write(path, data)
            path.chmod(0o400)
        return path

    def _own_folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="aps-open-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder


def _refuse_large(name: str, size: int) -> None:
    if size > MOST_BYTES:
        raise UserError(
            f"“{name}” is larger than 20 MB ({size / 1024 / 1024:.0f} MB).",
            "Attach a smaller copy, or note where the file is kept.",
        )


def _write(path: Path, data: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        if sys.platform == "win32":
            # Mark of the Web: Office then opens the copy in its protected view.
            with open(f"{path}:Zone.Identifier", "w", encoding="ascii") as mark:
                mark.write("[ZoneTransfer]\r\nZoneId=3\r\n")
    except OSError as error:
        raise UserError(
            f"“{path.name}” cannot be written there.", "Choose another folder."
        ) from error


_BINARY = getattr(os, "O_BINARY", 0)


def _is_office(data: bytes, part: str) -> bool:
    """An Office or OpenDocument file without macros, controls or embedded programs."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    has_part = any(name.startswith(part) for name in names)
    return has_part and not any(code in name for name in names for code in _CODE_PARTS)


def _is_text(data: bytes) -> bool:
    if b"\x00" in data:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            data.decode("cp1252")
        except UnicodeDecodeError:
            return False
    return True
