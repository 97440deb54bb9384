"""Commands about update files: update inspect, update apply."""

from __future__ import annotations

from pathlib import Path

from aps_desktop import __version__
from aps_desktop.cli.session import DONE, NEEDS_A_PERSON, Session
from aps_desktop.db import store
from aps_desktop.services import updates


def inspect(session: Session) -> int:
    """Verify an update file and say what it would install; install nothing."""
    manifest = updates.inspect(Path(session.arguments.file)).manifest
    document = {
        "version": manifest.version,
        "installed": __version__,
        "platform": manifest.platform,
        "bytes": manifest.size,
        "sha256": manifest.sha256,
    }
    session.answer(
        document,
        f"Version {manifest.version}, made and signed by the release manager; "
        f"{__version__} is installed.",
    )
    return DONE


def apply(session: Session) -> int:
    """Verify an update file, back up the database, and start the installer."""
    update = updates.inspect(Path(session.arguments.file))
    if store.on_server(session.location) or not Path(session.location).exists():
        handover = updates.prepare(None, update)
    else:
        with session.alone(), session.database() as db:
            handover = updates.prepare(db, update)
    document = {
        "version": update.manifest.version,
        "backup": str(handover.backup or ""),
        "started": bool(handover.command),
    }
    saved = f"Backed up to {handover.backup}.\n" if handover.backup else ""
    session.answer(document, saved + handover.words)
    updates.start(handover)
    return (
        DONE
        if handover.command or update.manifest.platform.endswith("portable")
        else NEEDS_A_PERSON
    )
