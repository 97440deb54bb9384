"""Charts when no child can be started, and when one can be again."""

from io import BytesIO

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


def framed(message: object) -> bytes:
    data = msgspec.msgpack.encode(message)
    return len(data).to_bytes(4, "big") + data


class Babbler:
    """A child that says what it is told to."""

    def __init__(self, said: bytes) -> None:
        self.stdin, self.stdout = BytesIO(), BytesIO(said)

    def kill(self) -> None:
        """It never ran."""

    def wait(self) -> None:
        """It never ran."""


@pytest.mark.parametrize(
    "said",
    [
        (3).to_bytes(4, "big") + b"\xc1\xc1\xc1",
        framed({"not": "a list"}),
        framed([]),
        framed([1]),
        framed([99, b"of another wish"]),
        framed([1, 20, 10, b"too few pixels", []]),
        framed([1, 1, 1, b"rgba", [7]]),
    ],
)
def test_an_answer_that_is_none_ends_the_child_not_the_thread(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    children = iter([Babbler(said), Babbler(framed([1, b"drawn"]))])
    monkeypatch.setattr(chart_renderer, "CHILDREN", 1)
    monkeypatch.setattr(chart_renderer, "start_child", lambda *_, **__: next(children))
    renderer = ChartRenderer()
    answers: list[bytes | None] = []
    try:
        renderer.file(CHART, "png", (200, 120), answers.append)
        qtbot.waitUntil(lambda: answers == [b"drawn"])
    finally:
        renderer.shutdown()
