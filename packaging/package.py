"""Makes the installers: `make package`, or `python packaging/package.py linux windows`.

They go to dist/, with SHA256SUMS, its signature, the SBOM and the update files. Settings:
APS_RELEASE_KEY (file with the secret key; without it a test key), APS_WINDOWS_RUNTIME (python.org's
embeddable zip instead of the one from PyPI), APS_FAST=1 (quick compression, for developing),
SOURCE_DATE_EPOCH (else the moment of the commit).
"""

from __future__ import annotations

import sys

from packlib import evidence, linux, windows
from packlib.common import epoch, fast, say, stop, version
from packlib.contents import uncovered
from packlib.requirements import TARGETS, direct

MAKERS = {"linux": linux.make, "windows": windows.make}


def main() -> int:
    """Makes what is named, or everything."""
    chosen = sys.argv[1:] or list(MAKERS)
    if unknown := sorted(set(chosen) - set(MAKERS)):
        stop(f"there is no {', '.join(unknown)}; there are {', '.join(MAKERS)}")
    for name in chosen:
        if new := uncovered([r.name for r in direct(TARGETS[name])]):
            stop(f"packlib/contents.py does not say what these bring: {', '.join(new)}")
    say(f"APS Desktop {version()}, files dated {epoch()}")
    every = []
    for name in chosen:
        say(name)
        made = MAKERS[name]()
        evidence.updates(made)
        evidence.bill_of_materials(name)
        every += made
    evidence.checksums()
    if (large := evidence.too_large(every)) and not fast():
        stop(f"larger than 90 MB, see packaging/figures.py: {', '.join(p.name for p in large)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
