"""What happens when something unforeseen does: it is logged without data, and told in a window."""

from __future__ import annotations

import logging
import sys
import threading
import traceback as tracebacks
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

from aps_desktop.domain.errors import UserError
from aps_desktop.fault_report import report

_log = logging.getLogger(__name__)
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Opened(Protocol):
    """The running program, as far as it matters here."""

    window: Any


@contextmanager
def caught(program: Opened) -> Iterator[None]:
    """From here on nothing goes unnoticed: Python's errors in any thread, and Qt's messages."""

    def on_exception(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if isinstance(error, UserError) and program.window is not None:
            program.window.context.show_failure(error)
        elif issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
        else:
            text = "".join(tracebacks.format_exception(kind, error, trace))
            _log.error("unexpected error\n%s", report(text))
            show_error(text, program.window)

    qInstallMessageHandler(_on_qt_message)
    sys.excepthook = on_exception
    threading.excepthook = _on_thread_exception
    try:
        yield
    finally:
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)


def show_error(traceback: str, parent: QWidget | None) -> None:
    """The error window; one at a time, since one fault tends to bring the next."""
    from aps_desktop.views.dialogs import ErrorWindow

    for window in QApplication.topLevelWidgets():
        if isinstance(window, ErrorWindow) and window.isVisible():
            return
    ErrorWindow(traceback, parent).open()


def _on_thread_exception(info: threading.ExceptHookArgs) -> None:
    text = "".join(tracebacks.format_exception(info.exc_type, info.exc_value, info.exc_traceback))
    _log.error("unexpected error in a thread\n%s", report(text))


def _on_qt_message(kind: QtMsgType, context: object, text: str) -> None:
    _log.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", text)
