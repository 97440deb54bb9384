"""An editor of any kind in a window."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from aps_desktop.domain.fields import Kind
from aps_desktop.views.editors import Editor, editor_for
from tests.editor_kit import Host, field


@pytest.fixture
def make(qtbot: QtBot) -> Callable[..., Editor]:
    frames = []

    def made(kind: Kind, **more: Any) -> Editor:
        frame = QWidget()
        frames.append(frame)
        qtbot.addWidget(frame)
        editor = editor_for(field(kind, **more), Host(), frame)
        elsewhere = QLineEdit(frame)
        elsewhere.setObjectName("elsewhere")
        elsewhere.move(0, 300)
        editor.resize(400, 120)
        frame.resize(420, 400)
        frame.show()
        frame.activateWindow()
        qtbot.waitUntil(frame.isActiveWindow)
        editor.set_value(None)
        return editor

    return made
