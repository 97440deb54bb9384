"""The first-start guide: a new office, sample data, or a database that is there already."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.errors import UserError
from aps_desktop.views import icons, theme
from aps_desktop.views.first_run_office import OfficePage
from aps_desktop.views.fitting import fit
from aps_desktop.views.plain_label import PlainLabel

_SEED = 2045
_BUNDLES = "Bundles of APS Desktop (*.apsync);;All files (*)"


class Choice(QPushButton):
    """A large button: icon, what it does, and one line that explains it."""

    def __init__(self, name: str, icon: str, title: str, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("choice", True)
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)
        self.setMinimumHeight(70)
        picture = QLabel(self)
        picture.setPixmap(icons.pixmap(icon, 24, theme.tokens().accent, self.devicePixelRatioF()))
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(PlainLabel(title, role="strong"))
        texts.addWidget(PlainLabel(words, role="muted"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 10)
        layout.setSpacing(16)
        layout.addWidget(picture)
        layout.addLayout(texts, 1)
        for child in self.findChildren(QLabel):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button, as it would in a dialog."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class FirstRun(QWidget):
    """`database_ready` carries the location and passphrase of a database to open."""

    database_ready = Signal(str, str)
    _moved = Signal(int, int, str)
    _ended = Signal(str, str, object)

    def __init__(self, target: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("first_run")
        self.setWindowTitle("Welcome to APS Desktop")
        fit(self, 880, 600)
        self.setFixedSize(self.size())
        self._target = target
        self.bundle = ""
        """The bundle to merge once the new office is open."""
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self.pages = QStackedWidget(self)
        self.choices = self._choice_page()
        self.office = OfficePage(self)
        self.progress = self._progress_page()
        for page in (self.choices, self.office, self.progress):
            self.pages.addWidget(page)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._brand())
        layout.addWidget(self.pages, 1)
        self.office.back_requested.connect(self._on_back)
        self.office.start_requested.connect(self._on_start)
        queued = Qt.ConnectionType.QueuedConnection
        self._moved.connect(self._on_moved, queued)
        self._ended.connect(self._on_ended, queued)

    # Pages --------------------------------------------------------------------------------------

    def _brand(self) -> QWidget:
        panel = QFrame(self)
        panel.setObjectName("brand")
        panel.setFixedWidth(270)
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(30, 40, 26, 30)
        layout.setSpacing(10)
        picture = QLabel(panel)
        picture.setPixmap(icons.pixmap("app", 56, "", self.devicePixelRatioF()))
        layout.addWidget(picture)
        layout.addSpacing(14)
        layout.addWidget(PlainLabel("APS Desktop", role="title"))
        words = "Programmes, committees, funds and results of your office, on your own computer."
        layout.addWidget(PlainLabel(words, wrap=True))
        layout.addStretch(1)
        note = "Works without a network. Offices exchange their work by files and merge it."
        layout.addWidget(PlainLabel(note, role="small", wrap=True))
        return panel

    def _choice_page(self) -> QWidget:
        page = QWidget(self)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(40, 44, 40, 32)
        layout.setSpacing(10)
        layout.addWidget(PlainLabel("How would you like to begin?", role="title"))
        layout.addSpacing(14)
        for name, icon, title, words, slot in (
            ("choose_office", "office", "Start a new office",
             "An empty database with the shipped lists", self._on_new_office),
            ("choose_sample", "sample", "Look around with sample data",
             "Made-up projects, meetings and funds to try everything", self._on_sample),
            ("choose_bundle", "bundle", "Join with a bundle",
             "Another office sent you its records: name your office, then merge them",
             self._on_bundle),
            ("choose_database", "folder", "Open a database",
             "A file of APS Desktop that you have already", self._on_open_database),
        ):  # fmt: skip
            choice = Choice(name, icon, title, words, page)
            choice.clicked.connect(slot)
            layout.addWidget(choice)
        self._problem = PlainLabel("", wrap=True)
        self._problem.setObjectName("first_run_problem")
        self._problem.setProperty("status", "late")
        layout.addWidget(self._problem)
        layout.addStretch(1)
        return page

    def _progress_page(self) -> QWidget:
        page = QWidget(self)
        self._bar = QProgressBar(page)
        self._bar.setAccessibleName("Progress")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._doing = PlainLabel("", role="muted")
        self._doing.setObjectName("first_run_doing")
        self._heading = PlainLabel("", role="title", wrap=True)
        stop = QPushButton("Stop", page)
        stop.clicked.connect(self._stopped.set)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(40, 44, 40, 32)
        layout.setSpacing(14)
        layout.addWidget(self._heading)
        layout.addStretch(1)
        layout.addWidget(self._doing)
        layout.addWidget(self._bar)
        layout.addSpacing(10)
        layout.addWidget(stop, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(2)
        return page

    # What the officer chooses -------------------------------------------------------------------

    def _on_back(self) -> None:
        self.pages.setCurrentWidget(self.choices)

    def _on_new_office(self) -> None:
        self.bundle = ""
        self.pages.setCurrentWidget(self.office)
        self.office.begin()

    def _on_sample(self) -> None:
        self.bundle = ""
        target = self._target.with_name("sample.aps")
        self._begin("Making up an office…", _sample_work(_free(target)))

    def _on_bundle(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Open a bundle", "", _BUNDLES)
        if chosen:
            self.join(chosen)

    def join(self, bundle: str) -> None:
        """A new laptop is an office first; the bundle is merged in its new window."""
        self.bundle = bundle
        self.pages.setCurrentWidget(self.office)
        self.office.begin()

    def _on_open_database(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Open a database", "", "Databases of APS Desktop (*.aps);;All files (*)"
        )
        if chosen:
            self.database_ready.emit(chosen, "")

    def _on_start(self) -> None:
        page = self.office
        target = _free(self._target)
        work = _office_work(target, page.code(), page.device(), page.officer(), page.passphrase())
        self._begin("Setting up your office…", work)

    # The work -----------------------------------------------------------------------------------

    def _begin(self, heading: str, work: Work) -> None:
        self._problem.setText("")
        self._heading.setText(heading)
        self._doing.setText("Preparing the database")
        self._bar.setRange(0, 0)
        self.pages.setCurrentWidget(self.progress)
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, args=(work,), name="aps-setup")
        self._thread.start()

    def _run(self, work: Work) -> None:
        """In the thread: nothing here touches a widget."""
        try:
            location, passphrase = work(self._moved.emit, self._stopped.is_set)
        except Exception as error:
            self._ended.emit("", "", error)
        else:
            self._ended.emit(location, passphrase, None)

    def _on_moved(self, done: int, of: int, words: str) -> None:
        self._doing.setText(words)
        self._bar.setRange(0, of)
        self._bar.setValue(done)

    def _on_ended(self, location: str, passphrase: str, error: Exception | None) -> None:
        self._thread.join()
        if error is None:
            self.database_ready.emit(location, passphrase)
            return
        self.pages.setCurrentWidget(self.choices)
        if not isinstance(error, UserError):
            raise error
        self._problem.setText(str(error))

    def closeEvent(self, event: object) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        event.accept()


Work = Callable[[Callable[[int, int, str], None], Callable[[], bool]], tuple[str, str]]
"""Makes a database with (progress, cancelled); its location and passphrase."""


def _office_work(target: Path, code: str, device: str, officer: str, passphrase: str) -> Work:
    def work(progress: Callable[[int, int, str], None], cancelled: object) -> tuple[str, str]:
        from aps_desktop.services import offices, working

        progress(0, 0, "Loading the shipped lists")
        db = offices.start(str(target), office=code, device=device, passphrase=passphrase or None)
        working.name_officer(db, officer)
        db.close()
        return str(target), passphrase

    return work


def _sample_work(target: Path) -> Work:
    def work(
        progress: Callable[[int, int, str], None], cancelled: Callable[[], bool]
    ) -> tuple[str, str]:
        from aps_desktop.services import demo, offices, working

        db = offices.start(str(target), office="ASEC", device="Sample laptop")
        try:
            working.name_officer(db, "Sample officer")
            demo.fill(db, "small", _SEED, progress, cancelled)
        except BaseException:
            db.close()
            target.unlink(missing_ok=True)
            raise
        db.close()
        return str(target), ""

    return work


def _free(target: Path) -> Path:
    """The wanted file, or one beside it with a number when it is there already."""
    number, found = 1, target
    while found.exists() and found.stat().st_size:
        number += 1
        found = target.with_name(f"{target.stem}-{number}{target.suffix}")
    return found
