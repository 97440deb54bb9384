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

    def takes(self, requirement: Requirement, extras: set[str]) -> bool:
        """Whether a requirement holds on this target, for any of these extras."""
        marker = requirement.marker
        if marker is None:
            return True
        names = extras or {""}
        return any(marker.evaluate({**self.environment, "extra": name}) for name in names)


def _environment(
    python: str, system: str, platform: str, os_name: str, machine: str = "x86_64"
) -> dict[str, str]:
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_system": system,
        "sys_platform": platform,
        "os_name": os_name,
        "platform_machine": machine,
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
    ),
    "windows": Target(
        "windows",
        _environment("3.13", "Windows", "win32", "nt", "AMD64"),
        ("--platform", "win_amd64", "--python-version", "3.13"),
    ),
    "macos": Target(
        "macos",
        _environment("3.13", "Darwin", "darwin", "posix", "arm64"),
        ("--platform", "macosx_14_0_arm64", "--python-version", "3.13"),
    ),
}
"""macOS and the tools of Windows are for the hosted runners: see .github/workflows/release.yml. Not
for Intel Macs: cryptography has no wheel for them any more."""


def direct(target: Target) -> list[Requirement]:
    """The program's own dependencies on a target."""
    every = [Requirement(line) for line in project()["dependencies"]]  # type: ignore[attr-defined]
    return [r for r in every if target.takes(r, set())]


def build_tools() -> list[Requirement]:
    """What PyInstaller's folders are made with."""
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
