"""A line that finds records while one types and offers them in a list under it."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from aps_desktop.domain.entities import entity
from aps_desktop.models.reference_model import ReferenceModel
from aps_desktop.views.editors.base import EditorHost, Found

_PAUSE_MS = 90


class RecordLine(QLineEdit):
    """`picked` carries (id, label); `searched` tells that the answer to the typed text is there."""

    picked = Signal(object, str)
    searched = Signal()

    def __init__(self, target: str, host: EditorHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._target = target
        self._host = host
        self._asked = ""
        self._kind = entity(target).label.lower()
        self.setPlaceholderText(f"Type to find {entity(target).one}")
        self.model = ReferenceModel(self)
        completer = QCompleter(self.model, self)
        completer.popup().setProperty("popup", True)  # an edge, also in dark
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(12)
        completer.popup().setAccessibleName(f"Found: {entity(target).plural}")
        completer.setWidget(self)  # not setCompleter(): the text is a question, not a completion
        completer.activated[QModelIndex].connect(self._on_activated)
        self.finder = completer
        self._pause = QTimer(self)
        self._pause.setObjectName("pause")
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.search)
        self.textEdited.connect(self._on_edited)

    def search(self) -> None:
        """Asks for the records that the typed words name."""
        self._pause.stop()
        self._asked = self.text().strip()
        self._host.find(self._target, self._asked, self._on_found, self)

    def settled(self) -> tuple[UUID, str] | None:
        """The one record that the typed text means, when its answer is there."""
        text = self.text().strip()
        if not text or text != self._asked or self._pause.isActive():
            return None
        folded = text.casefold()
        for at in range(self.model.rowCount()):
            id, label = self.model.row(at)
            code = label.split(" · ")[0].casefold()
            if id is not None and folded in (code, label.casefold()):
                return id, label
        return self.model.only()

    def hide_found(self) -> None:
        self._pause.stop()
        self.finder.popup().hide()

    def event(self, event: object) -> bool:
        kind = event.type()  # type: ignore[attr-defined]
        if kind == kind.KeyPress and event.key() == Qt.Key.Key_Down and not self.text():
            self.search()
            return True
        return super().event(event)

    def _on_edited(self, text: str) -> None:
        if text.strip():
            self._pause.start()
        else:
            self.hide_found()

    def _on_found(self, found: Found) -> None:
        text = self._asked
        if text != self.text().strip():
            return
        new = f"+ New {self._kind} “{text}”" if text else ""
        self.model.show(found, new)
        if self.hasFocus() and self.model.rowCount():
            self.finder.complete()
            popup = self.finder.popup()
            popup.setCurrentIndex(self.finder.completionModel().index(0, 0))
        self.searched.emit()

    def _on_activated(self, index: QModelIndex) -> None:
        id, label = self.model.row(index.row())
        if id is None:
            self._host.create_record(self._target, self._asked, self._on_created)
        else:
            self.picked.emit(id, label)

    def _on_created(self, id: UUID, label: str) -> None:
        self.picked.emit(id, label)
