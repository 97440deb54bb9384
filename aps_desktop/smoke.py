"""`--smoke-test`: the program used as an officer would, without a window to be seen."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication

from aps_desktop.app import Program
from aps_desktop.services import offices
from aps_desktop.views import smoke_checks


def smoke_test(report: str = "") -> int:
    """Uses the program offscreen on a temporary database as an officer would; the exit code.

    What was seen is printed, and written to the file `report` where one is named: a program
    without a console (Windows) has nowhere to print.
    """
    os.environ["QT_QPA_PLATFORM"] = os.environ.get("APS_SMOKE_PLATFORM") or "offscreen"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["APS_DATA_DIR"] = folder
        program = Program(QApplication(sys.argv[:1]))
        location = str(Path(folder, "smoke.aps"))
        offices.start(location, office="ASEC", device="Smoke test").close()
        lines, passed = [], program.open(location)
        try:
            for name, good, seen in smoke_checks.run(smoke_checks.Tried(program, Path(folder))):
                lines.append(f"{'ok    ' if good else 'FAILED'}  {name:20} {seen}")
                passed = passed and good
        finally:
            program.close()
    text = "\n".join(lines)
    if report:
        Path(report).write_text(text + "\n", encoding="utf-8")
    elif sys.stdout is not None:
        print(text)  # noqa: T201 - this is a command
    return 0 if passed and lines else 1
