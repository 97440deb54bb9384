"""Attached files: kept once, opened only as copies of harmless kinds, never over a path."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.domain.values import FileRef
from aps_desktop.services import files


@pytest.fixture
def db(tmp_path: Path):
    database = store.create(str(tmp_path / "a.db"), office="Test", device="here")
    yield database
    database.close()


def office(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


DOCX = office("[Content_Types].xml", "word/document.xml")
XLSX = office("[Content_Types].xml", "xl/workbook.xml")
PDF = b"%PDF-1.7\n..."
PNG = b"\x89PNG\r\n\x1a\n..."


def test_the_same_bytes_are_kept_once_under_their_hash(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "Report of the 12th meeting.pdf"
    path.write_bytes(PDF)
    one = files.add(db, path)
    two = files.add_bytes(db, PDF, "copy.pdf")
    c = db.reader()
    assert one.sha256 == two.sha256
    assert c.value("SELECT count(*) FROM file_blob") == 1
    assert files.read(c, one) == PDF


def test_a_file_of_more_than_20_megabytes_is_refused(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with path.open("wb") as file:
        file.truncate(files.MOST_BYTES + 1)
    with pytest.raises(UserError, match="larger than 20 MB"):
        files.add(db, path)


def test_a_missing_and_an_empty_file_are_refused_in_words(db: Database, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        files.add(db, tmp_path / "gone.pdf")
    with pytest.raises(UserError, match="is empty"):
        files.add_bytes(db, b"", "empty.pdf")


def test_a_file_whose_bytes_have_not_arrived_says_so(db: Database) -> None:
    with pytest.raises(NotFound, match="not in this database yet"):
        files.read(db.reader(), FileRef("0" * 64, "a.pdf"))


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.pdf", PDF), ("A.PDF", PDF), ("a.png", PNG), ("a.docx", DOCX), ("b.xlsx", XLSX),
     ("a.txt", b"hello"), ("a.csv", "tiếng,Việt\n".encode()), ("a.tar.pdf", PDF)],
)  # fmt: skip
def test_harmless_files_open(name: str, data: bytes) -> None:
    assert files.can_open(name, data)


_NEVER = (
    "exe com scr pif bat cmd ps1 psm1 vbs vbe js jse wsf wsh hta msi msp cpl lnk url scf inf reg "
    "jar jnlp dll ocx sys chm hlp html htm mht mhtml svg xml xhtml docm dotm xlsm xltm xlam pptm "
    "potm ppam ppsm sldm doc xls ppt rtf iso img vhd vhdx appref-ms settingcontent-ms library-ms "
    "desktop sh py pl app command deb rpm slk iqy one eml msg zip 7z rar"
).split()


@pytest.mark.parametrize("suffix", _NEVER)
def test_what_may_hold_a_program_never_opens(suffix: str) -> None:
    for data in (b"MZ...", PDF, DOCX, b"plain text"):
        assert not files.can_open(f"report.{suffix}", data)
        assert not files.can_open(f"report.pdf.{suffix} ", data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"MZ..."),
        ("a.png", PDF),
        ("a.docx", PDF),
        ("a.docx", office("word/document.xml", "word/vbaProject.bin")),
        ("a.xlsx", office("xl/workbook.xml", "xl/macrosheets/sheet1.xml")),
        ("a.docx", office("word/document.xml", "word/embeddings/oleObject1.bin")),
        ("a.odt", office("content.xml", "Basic/Standard/Module1.xml")),
        ("a.txt", b"MZ\x00\x01"),
        ("pdf", PDF),
        ("", PDF),
    ],
)
def test_a_file_that_is_not_what_its_name_says_never_opens(name: str, data: bytes) -> None:
    assert not files.can_open(name, data)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.pdf", "evil.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("lpt1", "_lpt1"),
        ("a.pdf. . ", "a.pdf"),
        ("gnp\u202efdp.exe", "gnpfdp.exe"),
        ("a\x00b.pdf", "ab.pdf"),
        ('we<i>rd:"na?me*.pdf', "we_i_rd__na_me_.pdf"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_harmless(name: str, safe: str) -> None:
    assert files.safe_name(name) == safe


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Progress report ACP/2026/7", "Progress report ACP-2026-7.pdf"),
        ("Gap:  2026 ", "Gap_ 2026.pdf"),
        ("No. 4 on v1.2", "No. 4 on v1.2.pdf"),
        ("con", "_con.pdf"),
    ],
)
def test_a_title_names_a_file(title: str, name: str) -> None:
    assert files.named_after(title, "pdf") == name


def test_an_opened_copy_is_read_only_in_a_folder_of_ones_own(db: Database) -> None:
    ref = files.add_bytes(db, PDF, "../paper.pdf")
    copies = files.OpenedCopies()
    path = copies.copy(db.reader(), ref)
    assert path.name == "paper.pdf"
    assert path.read_bytes() == PDF
    assert copies.copy(db.reader(), ref) == path
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o400
        assert path.parent.parent.stat().st_mode & 0o777 == 0o700
    folder = path.parent.parent
    del copies
    assert not folder.exists()


def test_a_program_is_saved_but_not_opened(db: Database, tmp_path: Path) -> None:
    ref = files.add_bytes(db, b"MZ...", "setup.exe")
    with pytest.raises(UserError, match="may hold a program"):
        files.OpenedCopies().copy(db.reader(), ref)
    files.save_as(db.reader(), ref, tmp_path / "setup.exe")
    assert (tmp_path / "setup.exe").read_bytes() == b"MZ..."
