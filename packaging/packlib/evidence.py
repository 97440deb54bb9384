"""What goes with the packages: update files, the bill of materials, checksums, their signature."""

from __future__ import annotations

import json
import sys
import time
import zipfile
from email.parser import HeaderParser
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from packaging.utils import canonicalize_name

from packlib import signing, wheels
from packlib.common import DIST, ROOT, epoch, say, sha256, version
from packlib.requirements import lock_file, locked

_SPACE = UUID("9a3f1d26-2a6f-4c9b-8d2e-3f1f0b6c7a10")
LIMIT = 90_000_000
"""Bytes of the largest installer that a slow connection and an old stick may be asked to carry."""
_LIMITED = ("-setup.exe", ".deb", ".rpm", ".tar.xz")
"""Not the portable zip and the MSI: their formats only know deflate, which makes 112 MB of it."""
EDITIONS = {
    "-setup.exe": "windows-user",
    ".msi": "windows-machine",
    "-windows-portable.zip": "windows-portable",
    ".deb": "linux-deb",
    ".rpm": "linux-rpm",
    "-linux-x64.tar.xz": "linux-portable",
}


def too_large(files: list[Path]) -> list[Path]:
    """The installers that are over the limit."""
    limited = (p for p in files if p.name.endswith(_LIMITED))
    return [p for p in limited if p.stat().st_size > LIMIT]


def updates(made: list[Path]) -> list[Path]:
    """An .apsupdate for each package, under the release key."""
    sys.path.insert(0, str(ROOT))
    from aps_desktop.sync import update_file

    written = []
    for package in made:
        platform = next(e for ending, e in EDITIONS.items() if package.name.endswith(ending))
        target = DIST / f"aps-desktop-{version()}-{platform}.apsupdate"
        manifest = update_file.described(package, version(), platform)
        update_file.write(package, manifest, signing.sign, target)
        written.append(target)
    return written


def bill_of_materials(name: str) -> Path:
    """CycloneDX 1.6 of what a system's packages carry."""
    hashes = _hashes(name)
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{package}@{release}",
            "name": package,
            "version": release,
            "purl": f"pkg:pypi/{package}@{release}",
            "hashes": [{"alg": "SHA-256", "content": hashes[package]}],
            "licenses": _licences(name, package),
        }
        for package, release in locked(name).items()
    ]
    components.append(_python(name))
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch()))
    own = {"type": "application", "bom-ref": "aps-desktop", "name": "aps-desktop"}
    own |= {"version": version(), "licenses": [{"license": {"id": "MIT"}}]}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(_SPACE, f'{name} {version()} {epoch()}')}",
        "version": 1,
        "metadata": {"timestamp": moment, "component": own},
        "components": components,
        "dependencies": [{"ref": "aps-desktop", "dependsOn": [c["bom-ref"] for c in components]}],
    }
    target = DIST / f"aps-desktop-{version()}-{name}.cdx.json"
    target.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", "utf-8")
    return target


def _python(name: str) -> dict[str, object]:
    """The interpreter that is carried."""
    if name == "windows":
        from packlib import windows

        data, which = windows.runtime()
        release = windows.runtime_version(windows.FOLDER / "runtime")
        import hashlib

        hashes = [{"alg": "SHA-256", "content": hashlib.sha256(data).hexdigest()}]
    else:
        release, which, hashes = sys.version.split()[0], "of the machine that built this", []
    return {
        "type": "library",
        "bom-ref": f"python@{release}",
        "name": "CPython",
        "version": release,
        "description": which,
        "hashes": hashes,
        "licenses": [{"license": {"id": "PSF-2.0"}}],
    }


def _hashes(name: str) -> dict[str, str]:
    lines = lock_file(name).read_text("utf-8").splitlines()
    pairs = (line.split() for line in lines if "==" in line and not line.startswith("#"))
    return {p[0].split("==")[0]: p[1].removeprefix("--hash=sha256:") for p in pairs}


def _licences(name: str, package: str) -> list[dict[str, object]]:
    head = _metadata(name, package)
    if head is None:
        return []
    expression = head["License-Expression"]
    if expression:
        return [{"expression": expression}]
    named = [c.split(" :: ")[-1] for c in head.get_all("Classifier") or [] if "License" in c]
    text = named[0] if named else (head["License"] or "").splitlines()[0:1]
    words = text if isinstance(text, str) else "".join(text)
    return [{"license": {"name": words[:100]}}] if words else []


def _metadata(name: str, package: str) -> Any:
    if name == "windows":
        for wheel in wheels.fetch():
            if canonicalize_name(wheel.name.split("-")[0]) == package:
                with zipfile.ZipFile(wheel) as archive:
                    inside = next(
                        n for n in archive.namelist() if n.endswith(".dist-info/METADATA")
                    )
                    return HeaderParser().parsestr(archive.read(inside).decode("utf-8"))
    try:
        return metadata(package)
    except PackageNotFoundError:
        return None


def checksums() -> Path:
    """SHA256SUMS of all files of this version, and its signature."""
    target = DIST / "SHA256SUMS"
    ours = (p for p in DIST.iterdir() if version() in p.name)
    files = sorted(p for p in ours if not p.name.endswith(".minisig"))
    lines = [f"{sha256(p)}  {p.name}" for p in files]
    target.write_text("\n".join(lines) + "\n", "utf-8")
    what = "TEST KEY, not a release" if signing.is_test_key() else "release"
    signing.minisign(target, f"APS Desktop {version()}, {what}")
    (DIST / "release-key.pub").write_text(signing.minisign_public_key(), "ascii")
    say(f"SHA256SUMS of {len(files)} files, signed ({what}); verify with")
    say("  minisign -V -p release-key.pub -m SHA256SUMS && sha256sum -c SHA256SUMS")
    return target
