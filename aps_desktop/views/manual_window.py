"""The manual: pages of Markdown that are shipped, shown in a window of their own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.paths import resource_path
from aps_desktop.views import theme
from aps_desktop.views.fitting import fit

_FIRST = "index.md"


def pages() -> list[tuple[str, str]]:
    """(file name, title) of each page, in their order; the title is its first line."""
    files = sorted(resource_path("manual").glob("*.md"), key=lambda p: (p.name != _FIRST, p.name))
    return [(file.name, _read(file.name).split("\n", 1)[0].lstrip("# ").strip()) for file in files]


def _read(name: str) -> str:
    return resource_path("manual", Path(name).name).read_text(encoding="utf-8")


class ManualWindow(QWidget):
    """Contents on the left, a page on the right; links lead from page to page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("manual_window")
        self.setWindowTitle("Manual - APS Desktop")
        self.setAccessibleName("Manual")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.find_field = QLineEdit(self)
        self.find_field.setObjectName("manual_find")
        self.find_field.setAccessibleName("Find in the manual")
        self.find_field.setPlaceholderText("Find in the manual")
        self.find_field.setClearButtonEnabled(True)
        self.find_field.textChanged.connect(self._on_find)
        self.find_field.returnPressed.connect(self._on_next)
        self.contents = QListWidget(self)
        self.contents.setObjectName("manual_contents")
        self.contents.setAccessibleName("Pages of the manual")
        self.contents.setSpacing(4)
        self.contents.currentItemChanged.connect(self._on_chosen)
        self.page = QTextBrowser(self)
        self.page.setObjectName("manual_page")
        self.page.setAccessibleName("Page of the manual")
        self.page.setOpenLinks(False)
        self.page.anchorClicked.connect(self._on_link)
        self.page.document().setDocumentMargin(24)
        self._lay_out()
        self._texts = {name: _read(name) for name, _ in pages()}
        for name, title in pages():
            item = QListWidgetItem(title)
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.contents.addItem(item)
        self.show_page(_FIRST)
        self.contents.setFocus()

    def _lay_out(self) -> None:
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.find_field)
        column.addWidget(self.contents)
        across = QSplitter(self)
        across.setChildrenCollapsible(False)
        across.addWidget(left)
        across.addWidget(self.page)
        across.setStretchFactor(1, 1)
        across.setSizes([250, 650])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(across)
        fit(self, 960, 680)
        for key, does in ((QKeySequence.StandardKey.Find, self.find_field.setFocus),):
            QShortcut(key, self, does)
        QShortcut(QKeySequence("Esc"), self, self.close)

    def show_page(self, name: str) -> None:
        """Turns to a page by its file's name; a name that there is not is passed over."""
        for row in range(self.contents.count()):
            if self.contents.item(row).data(Qt.ItemDataRole.UserRole) == name:
                self.contents.setCurrentRow(row)

    def _on_chosen(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        self.page.document().setDefaultFont(theme.font())
        github = QTextDocument.MarkdownFeature.MarkdownDialectGitHub
        self.page.document().setMarkdown(self._texts[item.data(Qt.ItemDataRole.UserRole)], github)
        self._give_headings_air()
        self.page.moveCursor(self.page.textCursor().MoveOperation.Start)
        if words := self.find_field.text().strip():
            self.page.find(words)

    def _give_headings_air(self) -> None:
        block = self.page.document().begin().next()
        while block.isValid():
            if block.blockFormat().headingLevel():
                shape = block.blockFormat()
                shape.setTopMargin(20)
                QTextCursor(block).setBlockFormat(shape)
            block = block.next()

    def _on_link(self, url: QUrl) -> None:
        if url.scheme():
            QDesktopServices.openUrl(url)
        else:
            self.show_page(url.path())

    def _on_find(self, text: str) -> None:
        """Only the pages that have these words stay; the first of them is shown."""
        words = text.casefold().split()
        first = None
        for row in range(self.contents.count()):
            item = self.contents.item(row)
            page = self._texts[item.data(Qt.ItemDataRole.UserRole)].casefold()
            item.setHidden(not all(word in page for word in words))
            if first is None and not item.isHidden():
                first = item
        if first is not None and (self.contents.currentItem() or first).isHidden():
            self.contents.setCurrentItem(first)
        if words:
            self.page.moveCursor(self.page.textCursor().MoveOperation.Start)
            self.page.find(text.strip())

    def _on_next(self) -> None:
        self.page.find(self.find_field.text().strip())


def open_manual(parent: QWidget) -> ManualWindow:
    """Shows the manual, or brings the open one forward."""
    window = parent.findChild(ManualWindow, "manual_window") or ManualWindow(parent)
    window.show()
    window.raise_()
    window.activateWindow()
    return window
