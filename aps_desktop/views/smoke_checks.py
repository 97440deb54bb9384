"""What `--smoke-test` tries on an installed program: each check does what an officer does.

A library that the installer forgot shows itself only when it is used; so each check goes through
the services, down to the library, and looks at what came out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

import msgspec
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QTextLayout
from PySide6.QtWidgets import QApplication

from aps_desktop.children import read_frame, start_child, write_frame
from aps_desktop.db import store
from aps_desktop.domain.errors import UserError
from aps_desktop.paths import resource_path
from aps_desktop.services import (
    bundles,
    dashboards,
    demo,
    exporting,
    iati_export,
    iati_scope,
    importing,
    merging,
    offices,
    records,
    reports,
    trusting,
)
from aps_desktop.services.dashboard_selection import Selection
from aps_desktop.services.exporting import IN_CHILD
from aps_desktop.views import icons

LETTERS = {
    "Latin": ("A", "ở"),
    "Khmer": ("ក", "ខ"),
    "Lao": ("ກ", "ຂ"),
    "Myanmar": ("က", "ခ"),
    "Tamil": ("அ", "ஆ"),
    "Thai": ("ก", "ข"),
}
"""Two letters of each script: they must have a shape, and not the same one (a box)."""
_PASSPHRASE = "jasmine rice and lotus"  # noqa: S105 - of a database that lives for a second

Check = Callable[["Tried"], str]


class Tried:
    """What the checks work on: the running program with its window, and an empty folder."""

    def __init__(self, program: Any, folder: Path) -> None:
        self.program = program
        self.folder = folder
        self.db = program.database


def run(tried: Tried) -> Iterator[tuple[str, bool, str]]:
    """(name, passed, what was seen or went wrong) of each check that there is."""
    for name, check in CHECKS:
        try:
            seen = check(tried)
        except Exception as error:
            yield name, False, f"{type(error).__name__}: {error}"
        else:
            yield name, True, seen


def expect(holds: object, words: str) -> None:
    """AssertionError also under -O, which the installers are built with."""
    if not holds:
        raise AssertionError(words)


def window(tried: Tried) -> str:
    id = records.new(tried.db, "body", {"code": "SMOKE", "name": "Smoke test"})
    QApplication.processEvents()
    tried.program.window.context.show_record("body", id)
    QApplication.processEvents()
    found = records.get(tried.db.reader(), "body", id)
    expect(found.values["name"] == "Smoke test", "the record reads otherwise")
    return "a record written, shown and read"


def text(tried: Tried) -> str:
    for script, letters in LETTERS.items():
        shapes = [_shape(letter) for letter in letters]
        expect(all(shapes), f"{script} has no letters")
        expect(shapes[0] != shapes[1], f"{script} shows boxes")
    return ", ".join(LETTERS)


def _shape(letter: str) -> bytes:
    """The picture of a letter; empty when no font has it."""
    layout = QTextLayout(letter, QFont(QApplication.font().family(), 24))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    if not all(all(run.glyphIndexes()) for run in layout.glyphRuns()):
        return b""
    image = QImage(QSize(64, 64), QImage.Format.Format_Grayscale8)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setFont(layout.font())
    painter.drawText(image.rect(), Qt.AlignmentFlag.AlignCenter, letter)
    painter.end()
    data = bytes(image.constBits())
    return data if any(value < 128 for value in data) else b""


def svg(tried: Tried) -> str:
    picture = icons.pixmap("today", 24, "#204080", 1.0).toImage()
    painted = sum(
        picture.pixelColor(x, y).alpha() > 128
        for x in range(picture.width())
        for y in range(picture.height())
    )
    expect(painted > 20, "the icon is empty")
    return f"{painted} pixels of an icon"


def reference_data(tried: Tried) -> str:
    counts = store.counts(tried.db.reader())
    expect(counts.get("member_state", 0) >= 11, f"too few member states: {counts}")
    return f"{sum(counts.values())} shipped records"


def sample_data(tried: Tried) -> str:
    demo.fill(tried.db, "small", 1)
    counts = store.counts(tried.db.reader())
    expect(counts.get("project", 0) > 0, "there are no sample projects")
    return f"{sum(counts.values())} records with the sample data"


def workbook(tried: Tried) -> str:
    file = tried.folder / "office.xlsx"
    rows = exporting.export_workbook(tried.db, file)
    expect(rows > IN_CHILD, "so few rows are not written by a child process")
    report = importing.import_workbook(tried.db, file, dry_run=True)
    expect(report.complete, "a cell was refused on the way back")
    return f"{rows} rows out and in again"


def bundle(tried: Tried) -> str:
    other = offices.start(str(tried.folder / "la.aps"), office="LA", device="Smoke")
    try:
        trusting.write_request(other, tried.folder / "la.apsrequest")
    finally:
        other.close()
    trusting.add(tried.db, tried.folder / "la.apsrequest")
    made = bundles.export(tried.db, tried.folder / "smoke.apsync", offices=["LA"])
    found = merging.inspect(tried.db, made.path)
    expect(made.encrypted and found.trusted, "the bundle is not encrypted and trusted")
    return f"{made.changes} changes, encrypted, verified"


def encrypted_database(tried: Tried) -> str:
    location = str(tried.folder / "locked.aps")
    store.create(location, office="LA", device="Smoke", passphrase=_PASSPHRASE).close()
    head = Path(location).read_bytes()[:16]
    expect(not head.startswith(b"SQLite"), "the file is not encrypted")
    for wrong in (None, "another"):
        try:
            store.open_database(location, wrong).close()
        except UserError:
            continue
        raise AssertionError("it opened without its passphrase")
    store.open_database(location, _PASSPHRASE).close()
    return "opens with its passphrase only"


def server_driver(tried: Tried) -> str:
    try:
        store.open_database("postgresql+psycopg://nobody@127.0.0.1:1/none").close()
    except UserError as error:
        return f"asked: {error.message}"
    raise AssertionError("a server answered where there is none")


def manual(tried: Tried) -> str:
    pages = sorted(resource_path("manual").glob("*.md"))
    expect(len(pages) >= 10, "pages of the manual are missing")
    return f"{len(pages)} pages"


def chart(tried: Tried) -> str:
    spec = dashboards.TABS[0].charts[0]
    made = spec.build(tried.db.reader(), Selection(), date(2026, 1, 1))
    drawable = msgspec.msgpack.encode([made.head, made.body])
    child = start_child("charts.child", [], stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    try:
        write_frame(child.stdin, [1, "file", drawable, "png", 800, 500, False])
        child.stdin.close()
        answer = msgspec.msgpack.decode(read_frame(child.stdout) or b"\x90")
    finally:
        child.stdout.close()
        child.kill()
        child.wait()
    picture = QImage.fromData(answer[1]) if isinstance(answer[-1], bytes) else QImage()
    expect(not picture.isNull(), f"no picture came: {answer}")
    colours = {picture.pixel(x, y) for x in range(0, picture.width(), 3) for y in range(0, 400, 3)}
    expect(len(colours) > 3, "the picture is empty")
    return f"{spec.title}, {picture.width()} x {picture.height()}"


def report(tried: Tried) -> str:
    sizes = []
    for ending, begins in (("pdf", b"%PDF-"), ("docx", b"PK"), ("html", b"<!")):
        file = tried.folder / f"quality.{ending}"
        reports.write(tried.db, reports.Asked("data-quality", None, None, ""), file)
        data = file.read_bytes()
        expect(data.startswith(begins), f"this is no {ending}")
        sizes.append(f"{ending} {len(data):,} bytes")
    return ", ".join(sizes)


def iati(tried: Tried) -> str:
    file = tried.folder / "iati.xml"
    done = iati_export.export(tried.db, file, iati_scope.parse("all"))
    expect(done.valid and file.stat().st_size, "the IATI file is not valid")
    return f"{done.activities} activities, valid"


CHECKS: tuple[tuple[str, Check], ...] = (
    ("reference data", reference_data),
    ("sample data", sample_data),
    ("window", window),
    ("text", text),
    ("SVG icon", svg),
    ("workbook", workbook),
    ("bundle", bundle),
    ("encrypted database", encrypted_database),
    ("server driver", server_driver),
    ("chart", chart),
    ("report", report),
    ("IATI", iati),
    ("manual", manual),
)
