"""Shared libraries of a Linux folder: which of the system's are still needed by something."""

from __future__ import annotations

import re
import subprocess


def needed(path: str) -> list[str]:
    """The names that a library wants loaded (NEEDED)."""
    command = ["objdump", "-p", path]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return re.findall(r"NEEDED\s+(\S+)", said)


_SYSTEM_FIRST = ("libstdc++.so.6", "libgcc_s.so.1")
"""Of these the system's own must be used: a second one clashes with Mesa's drivers."""


def unreachable(binaries: dict[str, str]) -> set[str]:
    """Top-level system libraries that only dropped plugins needed (the GTK theme and the like)."""
    top = {n: s for n, s in binaries.items() if re.match(r"lib(?!python)[^/]*$", n)}
    todo = [source for name, source in binaries.items() if name not in top]
    seen: set[str] = set()
    while todo:
        for name in needed(todo.pop()):
            if name in top and name not in seen:
                seen.add(name)
                todo.append(top[name])
    return (set(top) - seen) | set(_SYSTEM_FIRST)
