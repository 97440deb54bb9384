"""A new record beside what one is looking at: a part of a record, without leaving its page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from aps_desktop.domain.fields import Entity
from aps_desktop.domain.values import Value
from aps_desktop.views.context import OK, Context
from aps_desktop.views.fitting import fit
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.new_record_form import NewRecordForm


def new_record(
    context: Context, kind: Entity, preset: Mapping[str, Value], parent: QWidget
) -> None:
    """Opens the window in which a record of that kind is made."""
    if kind.name == "fund_transaction":
        from aps_desktop.views.posting_dialog import PostingDialog

        dialog: QDialog = PostingDialog(context, preset, parent)
    else:
        dialog = NewRecordDialog(context, kind, preset, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


class NewRecordDialog(QDialog):
    """Closing it keeps what is typed; it comes back when the same is begun again."""

    def __init__(
        self, context: Context, kind: Entity, preset: Mapping[str, Value], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._kind = kind
        self.setObjectName("new_record_dialog")
        self.setWindowTitle(f"New {kind.label.lower()}")
        fit(self, 720, 560)
        self.form = NewRecordForm(context, kind, FormHost(context, self), self)
        self.form.created.connect(self._on_created)
        self.form.discarded.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)
        self.form.start(preset)

    def reject(self) -> None:
        self.form.keep()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.form.keep()
        super().closeEvent(event)

    def _on_created(self, id: UUID) -> None:
        open_it = partial(self._context.show_record, self._kind.name, id)
        self._context.say(f"Created the {self._kind.label.lower()}.", OK, "Open", open_it)
        self.accept()
