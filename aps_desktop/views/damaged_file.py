"""A database that is damaged: what can be done about it is offered where it would have opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from aps_desktop.db import recovery, store
from aps_desktop.domain.errors import UserError
from aps_desktop.services import backup
from aps_desktop.services.merge_report import moment
from aps_desktop.views.dialogs import ask, tell

_TITLE = "The database is damaged"


def offer_to_put_right(
    location: str, passphrase: str | None, error: UserError, parent: QWidget | None
) -> str | None:
    """Puts it right if the officer wants that, and says from what; "" if it stays as it is.

    None, and nothing asked, where it is not damage that keeps it from being opened.
    """
    if store.on_server(location) or not recovery.is_damage(error):
        return None
    found = backup.newest_verified(Path(location), passphrase)
    if found is None and "damaged" not in error.message:
        return None  # a file of something else, that was never one of this program
    newest = "There is no whole backup of it here."
    if found is not None:
        made = moment(int(found.at.timestamp() * 1000))
        newest = f"Its newest whole backup is of {made}."
    text = (
        f"{newest} What is whole in the file is tried first. The damaged "
        "file is kept beside it, and nothing in it is touched."
    )
    if not ask(_TITLE, text, "Put it right", parent=parent):
        return ""
    QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
    try:
        restored, used = backup.recover(location, passphrase)
    except UserError as failed:
        QGuiApplication.restoreOverrideCursor()
        tell(failed, _TITLE, parent)
        return ""
    QGuiApplication.restoreOverrideCursor()
    source = "what was whole in it" if used is None else "its newest whole backup"
    kept = f" The damaged file is kept: {restored.damaged.name}." if restored.damaged else ""
    return (
        f"The database was put right from {source}.{kept} This computer counts as a new device "
        "now: open bundles that came since once more."
    )
