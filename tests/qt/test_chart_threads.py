"""Charts when no child can be started, and when one can be again."""

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from aps_desktop.services.chart_data import Bar, Bars, Head, Part
from aps_desktop.tasks import chart_renderer
from aps_desktop.tasks.chart_renderer import ChartRenderer

CHART = msgspec.msgpack.encode(
    [Head("One bar", "Bars", "drawn"), Bars((Bar("One", (Part(1, "plain"),), "1"),))]
)


def no_child(*_: object, **__: object) -> None:
    raise OSError("There is no room for another process.")


def test_nobody_waits_for_a_child_that_cannot_be_started(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = chart_renderer.start_child
    monkeypatch.setattr(chart_renderer, "CHILDREN", 1)
    monkeypatch.setattr(chart_renderer, "start_child", no_child)
    renderer = ChartRenderer()
    answers: list[bytes | None] = []
    try:
        renderer.file(CHART, "png", (200, 120), answers.append)
        qtbot.waitUntil(lambda: answers == [None])
        assert renderer.idle()
        monkeypatch.setattr(chart_renderer, "start_child", starts)
        renderer.file(CHART, "png", (200, 120), answers.append)
        qtbot.waitUntil(lambda: len(answers) == 2)
        assert answers[1].startswith(b"\x89PNG")
    finally:
        renderer.shutdown()
