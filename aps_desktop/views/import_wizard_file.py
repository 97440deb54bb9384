"""The first step of an import: which file; then reading it, with progress."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.views import icons, theme
from aps_desktop.views.plain_label import PlainLabel

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt")
FILTER = "Workbooks and tables (*.xlsx *.xlsm *.xls *.ods *.csv *.tsv *.txt)"


class FilePage(QWidget):
    """A place to drop a file on, and a button to choose one. `file_chosen` carries its path."""

    file_chosen = Signal(object)
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_file_page")
        self.setAcceptDrops(True)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self._choosing())
        self.stack.addWidget(self._working())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stack)

    def _choosing(self) -> QWidget:
        card = QFrame(self)
        card.setProperty("card", True)
        picture = QLabel(card)
        picture.setPixmap(
            icons.pixmap("import", 40, theme.tokens().accent, self.devicePixelRatioF())
        )
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = PlainLabel("Drop a workbook here", card, role="heading")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = PlainLabel(
            "Excel, LibreOffice or CSV, as you have it. Nothing is written before you have seen "
            "what will change.",
            card,
            role="muted",
            wrap=True,
        )
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setMaximumWidth(440)
        self.choose = QPushButton("Choose a file…", card)
        self.choose.setObjectName("import_choose_file")
        self.choose.setProperty("kind", "primary")
        self.choose.clicked.connect(self._on_choose)
        self.problem = PlainLabel("", card, wrap=True)
        self.problem.setObjectName("import_file_problem")
        self.problem.setProperty("status", "late")
        self.problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.problem.setMaximumWidth(560)
        middle = Qt.AlignmentFlag.AlignHCenter
        layout = QVBoxLayout(card)
        layout.setSpacing(12)
        layout.addStretch(2)
        layout.addWidget(picture)
        layout.addWidget(title)
        layout.addWidget(words, 0, middle)
        layout.addSpacing(8)
        layout.addWidget(self.choose, 0, middle)
        layout.addWidget(self.problem, 0, middle)
        layout.addStretch(3)
        return card

    def _working(self) -> QWidget:
        page = QFrame(self)
        page.setProperty("card", True)
        self.heading = PlainLabel("", page, role="heading")
        self.heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.doing = PlainLabel("", page, role="muted")
        self.doing.setObjectName("import_doing")
        self.doing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar = QProgressBar(page)
        self.bar.setAccessibleName("Progress")
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(360, 6)
        self.stop = QPushButton("Stop", page)
        self.stop.setObjectName("import_stop")
        self.stop.clicked.connect(self.stop_requested)
        middle = Qt.AlignmentFlag.AlignHCenter
        layout = QVBoxLayout(page)
        layout.setSpacing(14)
        layout.addStretch(2)
        layout.addWidget(self.heading)
        layout.addWidget(self.bar, 0, middle)
        layout.addWidget(self.doing)
        layout.addSpacing(8)
        layout.addWidget(self.stop, 0, middle)
        layout.addStretch(3)
        return page

    def ask(self, problem: str = "") -> None:
        """Waits for a file; `problem` says why the last one could not be read."""
        self.problem.setText(problem)
        self.stack.setCurrentIndex(0)
        self.choose.setFocus()

    def work(self, heading: str) -> None:
        """Shows that something is going on."""
        self.heading.setText(heading)
        self.doing.setText("")
        self.bar.setRange(0, 0)
        self.stop.setEnabled(True)
        self.stack.setCurrentIndex(1)
        self.stop.setFocus()

    def progress(self, done: int, of: int, words: str) -> None:
        """How far the work is."""
        self.doing.setText(words)
        self.bar.setRange(0, of)
        self.bar.setValue(done)

    def _on_choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Import a workbook", "", FILTER)
        if chosen:
            self.file_chosen.emit(Path(chosen))

    def dragEnterEvent(self, event: object) -> None:
        if self.stack.currentIndex() == 0 and _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: object) -> None:
        path = _dropped(event)
        if path is not None:
            self.file_chosen.emit(path)


def _dropped(event: object) -> Path | None:
    urls = event.mimeData().urls()
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return next((path for path in paths if path.suffix.lower() in SUFFIXES), None)
