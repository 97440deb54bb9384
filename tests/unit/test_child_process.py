"""How the end of a child process is told: a fault of ours is none of the file's, and is logged."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aps_desktop.domain.errors import UserError
from aps_desktop.exchange import child_process
from aps_desktop.exchange.child_process import ChildProcess
from aps_desktop.exchange.iati_child import Task
from aps_desktop.services import iati_validate


def child(path: Path, task: str, *, writes: bool = False) -> ChildProcess:
    told = msgspec.json.encode(Task(str(path), "2026-11-25")).decode()
    return ChildProcess(
        "exchange.iati_child", [task, told], seconds=60, what="“a.xml”", hint="In parts.",
        writes=writes,
    )  # fmt: skip


def test_a_fault_of_the_program_is_told_as_one_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The import contracts' tool sets logging up anew and so mutes whoever had a logger before it.
    monkeypatch.setattr(child_process._log, "disabled", False)
    with (
        caplog.at_level(logging.ERROR),
        child(tmp_path / "secret.xml", "no such task") as running,
        pytest.raises(UserError, match="a fault in the program") as caught,
    ):
        list(running.messages())
    assert "harm" not in caught.value.message
    assert "aps_desktop/exchange/iati_child.py" in caplog.text
    assert "KeyError" in caplog.text
    assert "no such task" not in caplog.text  # no data in a log


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_child_that_the_system_ended_is_no_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with child(tmp_path / "a.xml", "write", writes=True) as running:
        os.kill(running._process.pid, signal.SIGKILL)
        with pytest.raises(UserError, match="needs too much memory"):
            list(running.messages())
    assert not caplog.records


def test_memory_that_ran_out_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def starved(module: str, arguments: list[str], **pipes: Any) -> Any:
        return subprocess.Popen([sys.executable, "-c", "raise MemoryError"], **pipes)

    monkeypatch.setattr(child_process, "start_child", starved)
    with (
        child(tmp_path / "a.xml", "read") as running,
        pytest.raises(UserError, match="needs too much memory"),
    ):
        list(running.messages())


def test_a_child_that_nobody_waits_for_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []

    def start(*_arguments: object, **pipes: Any) -> Any:
        endless = [sys.executable, "-c", "import time; time.sleep(600)"]
        started.append(subprocess.Popen(endless, **pipes))
        return started[-1]

    monkeypatch.setattr(child_process, "start_child", start)
    file = tmp_path / "a.xml"
    file.write_text("<iati-activities/>")
    asked = iter((False, True))
    with pytest.raises(UserError, match="It was stopped"):
        iati_validate.validate(file, cancelled=lambda: next(asked))
    assert started[0].poll() is not None
