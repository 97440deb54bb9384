"""The first window of a database: a second start asks it to come forward."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

_WAIT_MS = 1500


def _name(database: Path) -> str:
    whole = str(database.resolve())
    return "aps-desktop-" + hashlib.sha256(whole.encode()).hexdigest()[:20]


class FirstWindow(QObject):
    """Listens for later starts. `called` carries the file that they were given, or nothing."""

    called = Signal(str)

    def __init__(self, database: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._database = database
        self._server: QLocalServer | None = None

    def listen(self) -> None:
        """Begins to listen; after the first paint, since Qt's network part costs time to load."""
        from PySide6.QtNetwork import QLocalServer

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(_name(self._database))
        self._server.newConnection.connect(self._on_connection)
        self._server.listen(_name(self._database))

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.waitForReadyRead(_WAIT_MS)
        text = bytes(socket.readAll())[:10_000]
        socket.write(b"raised")
        socket.flush()
        socket.disconnectFromServer()
        socket.deleteLater()
        try:
            file = json.loads(text)["file"]
        except (ValueError, KeyError, TypeError):
            file = ""
        self.called.emit(file if isinstance(file, str) else "")


def call(database: Path, file: str) -> bool:
    """Asks the first window to come forward with a file; whether it answered."""
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(_name(database))
    if not socket.waitForConnected(_WAIT_MS):
        return False
    socket.write(json.dumps({"file": file}).encode())
    socket.flush()
    answered = socket.waitForReadyRead(_WAIT_MS)
    socket.close()
    return answered
