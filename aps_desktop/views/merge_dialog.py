"""Opening bundles: verified, looked at, merged in one transaction each, with a report and undo."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.changes import Applied
from aps_desktop.services import duplicates
from aps_desktop.services.merge_report import many
from aps_desktop.views import merge_dialog_work as work
from aps_desktop.views.dialogs import ask
from aps_desktop.views.fitting import fit, scroll_by
from aps_desktop.views.merge_dialog_card import BundleCard
from aps_desktop.views.merge_dialog_report import save_report
from aps_desktop.views.merge_dialog_work import (
    DONE,
    KNOWN,
    QUARANTINE,
    QUEUED,
    READY,
    REFUSED,
    Item,
)
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, progress_bar, put_inside, tell

if TYPE_CHECKING:
    from aps_desktop.services.bundle_files import Gathered
    from aps_desktop.views.context import Context

FILTER = "Bundles of APS Desktop (*.apsync);;All files (*)"


class MergeDialog(QDialog):
    """Looks at bundles as soon as it is open; one verb merges what can be merged."""

    def __init__(
        self, context: Context, paths: Sequence[Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.context = context
        self.items: list[Item] = []
        self._paths = list(paths)
        self._gathered: Gathered | None = None
        self._busy = False
        self.setObjectName("merge_dialog")
        self.setWindowTitle("Merge bundles")
        self.setAccessibleName("Merge bundles")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, 860, 660)
        self.heading = PlainLabel("", self, role="title", wrap=True)
        self.heading.setObjectName("merge_heading")
        self.problem = PlainLabel("", self, wrap=True)
        self.problem.setObjectName("merge_problem")
        self.problem.hide()
        self._lay_out()
        self.look()

    def _lay_out(self) -> None:
        self._doing = PlainLabel("", self, role="muted")
        self._bar = progress_bar(self)
        self._scroll = QScrollArea(self)
        self._scroll.setObjectName("merge_bundles")
        self._scroll.setAccessibleName("Bundles")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # In the order in which Tab goes on from the bundles.
        self.undo_button = button("Undo this merge", "undo_merge", "danger", self)
        self.save_button = button("Save report…", "save_report", "", self)
        self.close_button = button("Cancel", "merge_close", "", self)
        self.conflicts_button = button("Show conflicts", "show_conflicts", "primary", self)
        self.merge_button = button("Merge", "merge_button", "primary", self)
        for one, slot in (
            (self.merge_button, self._on_merge),
            (self.undo_button, self._on_undo),
            (self.save_button, self._on_save),
            (self.conflicts_button, self._on_conflicts),
            (self.close_button, self.reject),
        ):
            one.clicked.connect(slot)
        foot = QHBoxLayout()
        foot.addWidget(self.undo_button)
        foot.addWidget(self.save_button)
        foot.addStretch(1)
        for one in (self.close_button, self.conflicts_button, self.merge_button):
            foot.addWidget(one)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(12)
        for widget in (self.heading, self.problem, self._doing, self._bar):
            layout.addWidget(widget)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(foot)

    # Looking ------------------------------------------------------------------------------------

    def look(self) -> None:
        """Reads, verifies and tries out all the bundles."""
        words = "Looking at the bundle…" if len(self._paths) == 1 else "Looking at the bundles…"
        self._begin(words)
        self.context.runner.long(
            partial(work.look, self._paths),
            self._on_looked,
            self._on_failed,
            owner=self,
            progressed=self._on_progress,
        )

    def _on_looked(self, found: work.Looked) -> None:
        self._clean()
        self._gathered, self.items = found
        if any(item.state == QUEUED for item in self.items):
            # It waits here now, which Today and the exchange tell of; no step is told by that.
            self.context.runner.changed.emit(Applied(0, "", {}))
        self._show()

    def _on_failed(self, error: Exception) -> None:
        self._end()
        self.heading.setText("Nothing was merged")
        tell(self.problem, str(error), "late")
        self._show_buttons()

    def _show(self) -> None:
        self._end()
        page = QWidget(self)
        lines = QVBoxLayout(page)
        lines.setContentsMargins(0, 0, 8, 0)
        lines.setSpacing(12)
        for item in self.items:
            card = BundleCard(item, page)
            card.confirm_requested.connect(self._on_confirm)
            card.request_wanted.connect(self._on_request)
            lines.addWidget(card)
        lines.addStretch(1)
        put_inside(self._scroll, page)
        self.heading.setText(self._headline())
        self._show_buttons()

    def _headline(self) -> str:
        done = [item.report for item in self.items if item.state == DONE]
        if any(report.merged for report in done):
            return f"Merged {many(sum(r.merged for r in done), 'change')}"
        if done:
            return "The office list is in force" if self._lists() else "Noted what they have"
        ready = [item for item in self.items if item.state == READY]
        if ready and not self._changes():
            if any(item.report.not_taken for item in ready):
                return "It has another version of some work, which is not taken"
            brings = "brings the office list" if self._lists() else "says what they have of yours"
            return f"No new changes, but it {brings}"
        if ready:
            rest = "" if len(ready) == 1 else f" in {len(ready)} bundles"
            others = sum(item.state not in (READY, KNOWN) for item in self.items)
            but = f", {many(others, 'file')} cannot" if others else ""
            return f"{many(self._changes(), 'change')}{rest} can be merged{but}"
        if any(item.state == QUARANTINE for item in self.items):
            return "Nobody has confirmed the sender yet"
        if any(item.state == QUEUED for item in self.items):
            return "It waits until this program is updated"
        if all(item.state == REFUSED for item in self.items):
            one = len(self.items) == 1
            return "This bundle cannot be merged" if one else "None of these bundles can be merged"
        return "There is nothing to merge"

    def _changes(self) -> int:
        return sum(item.report.merged for item in self.items if item.state == READY)

    def _lists(self) -> bool:
        """Whether a newer office list is among what can be merged, or was."""
        return any(one.report.list_version for one in self.items if one.state in (READY, DONE))

    def _show_buttons(self) -> None:
        ready = any(item.state == READY for item in self.items) and not self._busy
        done = [item for item in self.items if item.state == DONE]
        self.merge_button.setVisible(ready)
        number = self._changes()
        words = "Take the office list" if ready and self._lists() else "Take note of it"
        self.merge_button.setText(f"Merge {many(number, 'change')}" if number else words)
        self.merge_button.setEnabled(not self.context.db.read_only)
        self.undo_button.setVisible(bool(done) and not self._busy)
        self.undo_button.setText("Undo this merge" if len(done) == 1 else "Undo these merges")
        self.save_button.setVisible(bool(self.items) and not self._busy)
        conflicts = any(item.report.conflicts for item in done)
        self.conflicts_button.setVisible(conflicts and not self._busy)
        self.close_button.setText("Cancel" if ready else "Close")
        self.close_button.setEnabled(not self._busy)  # until it is over, nothing closes this
        for one in (self.merge_button, self.conflicts_button, self.close_button):
            if one.isVisibleTo(self):
                one.setDefault(True)  # Enter presses it, whatever was the default before
                one.setFocus()
                break

    # Doing --------------------------------------------------------------------------------------

    def _on_merge(self) -> None:
        self._begin(f"Merging {many(self._changes(), 'change')}…")
        self.context.runner.long(
            partial(work.merge, list(self.items)),
            self._on_merged,
            self._on_failed,
            owner=self,
            progressed=self._on_progress,
        )

    def _on_merged(self, result: tuple[list[Item], Applied]) -> None:
        self.items = result[0]
        self.context.backup_made.emit()
        self._show()
        if any(item.state == DONE for item in self.items):
            self.context.runner.query(duplicates.issues, self._on_to_settle, owner=self)

    def _on_to_settle(self, found: list[duplicates.Issue]) -> None:
        """What the edits made wrong together is nobody's fault and in no bundle: said at once."""
        if found:
            are = "is" if len(found) == 1 else "are"
            kinds = dict.fromkeys(duplicates.KINDS[one.kind].lower() for one in found)
            words = f"{many(len(found), 'thing')} {are} to settle ({', '.join(kinds)})"
            tell(self.problem, f"{words}: see Sync, “To settle”.", "attention")

    def _on_undo(self) -> None:
        numbers = [item.report.merge for item in self.items if item.state == DONE]
        changes = sum(item.report.merged for item in self.items if item.state == DONE)
        text = (
            f"{many(changes, 'change')} go again, as if {'it' if len(numbers) == 1 else 'they'} "
            "had not arrived yet. What was edited here since, on top of it, stays. The bundles can "
            "be merged once more."
        )
        title = self.undo_button.text()
        if not ask(f"{title}?", text, title, danger=True, parent=self):
            return
        self._begin("Taking the merge back…")
        self.context.runner.mutate(
            partial(work.undo, numbers), self._on_undone, self._on_failed, owner=self
        )

    def _on_undone(self, applied: Applied) -> None:
        left = f" Left as they are: {', '.join(applied.skipped)}." if applied.skipped else ""
        self.context.say(f"The merge has been taken back.{left}", "ok")
        self._end()
        self.accept()

    def _on_confirm(self, item: Item) -> None:
        self.context.runner.mutate(
            partial(work.confirm, item.bundle.sender), self._on_confirmed, self._on_failed,
            owner=self,
        )  # fmt: skip

    def _on_confirmed(self, result: tuple[str, Applied]) -> None:
        self.context.say(result[0], "ok")
        self.look()

    def _on_request(self) -> None:
        from aps_desktop.views.trust_pane_request import save_request

        save_request(self.context, self)

    def _on_save(self) -> None:
        save_report(self.context, self.items, self, partial(tell, self.problem))

    def _on_conflicts(self) -> None:
        self.accept()
        self.context.open_pane.emit("conflicts")

    # Being busy ---------------------------------------------------------------------------------

    def _begin(self, words: str) -> None:
        self._busy = True
        self.heading.setText(words)
        tell(self.problem, "")
        self._bar.setRange(0, 0)
        self._bar.show()
        self._doing.show()
        self._show_buttons()

    def _end(self) -> None:
        self._busy = False
        self._bar.hide()
        self._doing.hide()

    def _on_progress(self, done: int, of: int, words: str) -> None:
        self._doing.setText(words)
        self._bar.setRange(0, of if of > 1 else 0)
        self._bar.setValue(done)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page Up and Page Down go through the bundles, whichever button has the keyboard."""
        if not scroll_by(self._scroll, event.key()):
            super().keyPressEvent(event)

    def reject(self) -> None:
        """Not while a merge runs: it is over soon, and its report belongs to somebody."""
        if not self._busy or self.merge_button.isVisible():
            super().reject()

    def done(self, result: int) -> None:
        self._clean()
        super().done(result)

    def _clean(self) -> None:
        if self._gathered is not None:
            self._gathered.clean()
            self._gathered = None


def choose(context: Context, parent: QWidget) -> MergeDialog | None:
    """Asks for bundles and opens the dialog on them."""
    folder = context.ui_state.get("bundle_folder", "")
    names, _ = QFileDialog.getOpenFileNames(parent, "Open bundles", folder, FILTER)
    return open_bundles(context, [Path(name) for name in names], parent) if names else None


def open_bundles(context: Context, paths: Sequence[Path], parent: QWidget) -> MergeDialog:
    """Opens the dialog over the window."""
    dialog = MergeDialog(context, paths, parent)
    dialog.open()
    return dialog
