"""What the window remembers between two starts: a small JSON file that may be lost or damaged."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)
_LIMIT = 2_000_000


class UiState:
    """Names and plain values. Reads once, writes whole; nothing in it is worth an error message."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._values = _read(path) if path else {}
        self._dirty = False

    def get(self, name: str, default: Any = None) -> Any:
        """A kept value; `default` where there is none, or one of another type than `default`."""
        value = self._values.get(name, default)
        if default is not None and not isinstance(value, type(default)):
            return default
        return value

    def put(self, name: str, value: Any) -> None:
        """Keeps a plain value; None forgets it."""
        if self._values.get(name) == value:
            return
        if value is None:
            self._values.pop(name, None)
        else:
            self._values[name] = value
        self._dirty = True

    def save(self) -> None:
        """Writes the file where something has changed; the old one stays until the new is whole."""
        if not self._dirty or self._path is None:
            return
        part = self._path.with_name(self._path.name + ".part")
        try:
            part.write_text(json.dumps(self._values, ensure_ascii=False), encoding="utf-8")
            os.replace(part, self._path)
        except (OSError, TypeError, ValueError) as error:
            _log.warning("the window's state was not kept: %s", type(error).__name__)
            part.unlink(missing_ok=True)
            return
        self._dirty = False


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LIMIT:
            return {}
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
