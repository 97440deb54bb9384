"""A process to be killed while it makes or merges a bundle; says when it has done so."""

import sys
from pathlib import Path

from aps_desktop.db import store
from aps_desktop.services import bundles, merging


def merge(location: str, bundle: str) -> None:
    db = store.open_database(location)
    print("opened", db.notice, flush=True)
    print("merged", merging.merge_file(db, Path(bundle)).merged, flush=True)
    db.close()


def export(location: str, target: str) -> None:
    db = store.open_database(location)
    print("opened", db.notice, flush=True)
    print("written", bundles.export(db, Path(target), full=True).changes, flush=True)
    db.close()


if __name__ == "__main__":
    {"merge": merge, "export": export}[sys.argv[1]](sys.argv[2], sys.argv[3])
