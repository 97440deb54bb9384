"""The line at the window's foot: what is saved, which office this is, when the last backup was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from aps_desktop.views import icons, theme
from aps_desktop.views.plain_label import PlainLabel

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class StatusBar(QFrame):
    """Says in one line that nothing is lost."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_bar")
        self._text = PlainLabel(role="small")
        self._text.setObjectName("status_text")
        self._work = PlainLabel(role="small")
        self._work.setObjectName("status_work")
        self._bar = QProgressBar(self)
        self._bar.setAccessibleName("Progress")
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(120, 6)
        self._bar.hide()
        self._parts = {"saved": "Nothing changed yet", "office": "", "sync": "", "backup": ""}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 5, 14, 5)
        layout.addWidget(self._text)
        layout.addStretch(1)
        layout.addWidget(self._work)
        layout.addWidget(self._bar)
        self._show()

    def show_saved(self, at: datetime) -> None:
        """A change has been written at that time."""
        self._set("saved", f"Saved {at:%H:%M}")

    def show_office(self, office: str, officer: str = "", *, read_only: bool = False) -> None:
        """Whose database this is, and who is working on it."""
        words = (office, officer, "reading only" if read_only else "")
        self._set("office", ", ".join(one for one in words if one))

    def show_sync(self, words: str) -> None:
        """What of the exchange with other offices needs somebody: "2 conflicts"."""
        self._set("sync", words)

    def show_backup(self, at: datetime | None, now: datetime) -> None:
        """When the newest backup was made; None when there is none yet."""
        self._set("backup", f"backup {when(at, now)}" if at else "no backup yet")

    def show_work(self, text: str, done: float | None = None) -> None:
        """Long work in the background: its name, and which part of it is done (0 to 1)."""
        self._work.setText(text)
        self._bar.setVisible(bool(text))
        self._bar.setRange(0, 0 if done is None else 1000)
        if done is not None:
            self._bar.setValue(round(done * 1000))

    def text(self) -> str:
        return self._text.text()

    def _set(self, part: str, words: str) -> None:
        self._parts[part] = words
        self._show()

    def _show(self) -> None:
        self._text.setText(" · ".join(words for words in self._parts.values() if words))


def when(at: datetime, now: datetime) -> str:
    """A time as people say it: "today 09:15", "yesterday 17:40", "3 Nov 2026"."""
    days = (now.date() - at.date()).days
    if days == 0:
        return f"today {at:%H:%M}"
    if days == 1:
        return f"yesterday {at:%H:%M}"
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


class MessageBar(QFrame):
    """A message over the lower edge of the pages; it takes no room and never asks for "OK"."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self.setAccessibleName("Message")
        self.setProperty("card", True)
        self._icon = QLabel(self)
        self._text = PlainLabel(wrap=True)
        self._text.setObjectName("message_text")
        self._text.setMinimumWidth(160)
        self._action = QPushButton(self)
        self._action.setObjectName("message_action")
        self._action.setProperty("kind", "quiet")
        self._close = QPushButton("Close", self)
        self._close.setObjectName("message_close")
        self._close.setAccessibleName("Close this message")
        self._close.setProperty("kind", "quiet")
        self._callback: object = None
        self._waiting: Callable[[], object] | None = None
        self._timer = QTimer(self)
        self._timer.setObjectName("message_timer")
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_read)
        self._action.clicked.connect(self._on_action)
        self._close.clicked.connect(self._on_read)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 8, 6)
        for widget in (self._icon, self._text, self._action, self._close):
            layout.addWidget(widget, 1 if widget is self._text else 0)
        self.hide()

    def show_message(self, text: str, kind: str, action: str, callback: object) -> None:
        """Shows a message; one that needs no attention goes by itself after some seconds."""
        name = kind if kind in ("ok", "attention", "late") else "info"
        hue = getattr(theme.tokens(), name, theme.tokens().accent)
        self._icon.setPixmap(icons.pixmap(name, 18, hue, self.devicePixelRatioF()))
        self._text.setText(text)
        self._callback = callback
        self._action.setVisible(bool(action))
        self._action.setText(action.replace("&", "&&"))
        self.place()
        self.show()
        self.raise_()
        self._timer.stop()
        if name in ("info", "ok"):
            self._timer.start(10_000 if action else 5_000)

    def when_free(self, tell: Callable[[], object]) -> None:
        """Calls `tell`, which says something less pressing, once no other message stands here."""
        if self.isVisible():
            self._waiting = tell
        else:
            tell()

    def text(self) -> str:
        return self._text.text() if self.isVisible() else ""

    def place(self) -> None:
        """Puts the bar at the foot of its parent, in the middle."""
        parent = self.parentWidget()
        width = min(640, parent.width() - 48)
        # The label wraps: how high it gets depends on the width that is left for it.
        words = self._text.fontMetrics().horizontalAdvance(self._text.text())
        room = max(160, width - 220)
        lines = min(5, words // room + 1)
        height = 26 + lines * self._text.fontMetrics().lineSpacing()
        left = (parent.width() - width) // 2
        self.setGeometry(left, parent.height() - height - 16, width, height)

    def keyPressEvent(self, event: object) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._on_read()
        else:
            super().keyPressEvent(event)

    def _on_action(self) -> None:
        self.hide()
        if callable(self._callback):
            self._callback()
        self._on_next()

    def _on_read(self) -> None:
        self.hide()
        self._on_next()

    def _on_next(self) -> None:
        if self._waiting is not None and not self.isVisible():
            tell, self._waiting = self._waiting, None
            tell()
