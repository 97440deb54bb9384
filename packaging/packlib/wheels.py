"""Windows wheels unpacked into one folder, without what the program never uses."""

from __future__ import annotations

import re
import shutil
import sys
import zipfile
from pathlib import Path

from packlib.common import BUILD, ROOT, fresh, run, sha256
from packlib.requirements import TARGETS, lock_file
from packlib.unwanted import unwanted

WHEELS = BUILD / "windows-wheels"

_QT_USED = re.compile(r"\bPySide6\.(Qt[A-Za-z]+)")
_DROP = re.compile(
    "|".join(
        (
            r"(^|/)tests?/",
            r"\.(pyi|h|hpp|lib|pxd|pyx|c|cpp|cmake|typed|exe)$",
            r"\.dist-info/(?!METADATA$|licenses/|LICEN|COPYING|NOTICE|AUTHORS)",
            r"^PySide6/(qml|resources|metatypes|include|typesystems|glue|scripts|doc|modules|Qt/"
            r"|support|QtAsyncio)",
            r"^PySide6/(opengl32sw|d3dcompiler_\d+|pyside6qml.*|concrt140|vcamp140|vccorlib140"
            r"|vcomp140|av\w+-\d+|sw\w+-\d+)\.dll$",
            r"^matplotlib/(sphinxext|testing|backends/web_backend|backends/_tkagg)",
            r"^matplotlib/backends/(qt_editor|backend_(gtk|wx|tk|qt|web|nbagg|macosx))",
            r"^numpy/(f2py|distutils|testing/tests|_pyinstaller|doc)/",
            r"^numpy/_core/_(multiarray|simd|umath|operand|rational|struct_ufunc)\w*tests",
            r"^numpy/_core/_simd",
            r"^PIL/(_avif|_webp|_imagingtk|_imagingcms|AvifImagePlugin|WebPImagePlugin)",
            r"^sqlalchemy/(dialects/(mysql|oracle|mssql)|testing)/",
            r"^(cffi|pycparser)/",
            r"^lxml/(includes|isoschematron)/",
        )
    )
)


def fetch() -> list[Path]:
    """The wheels of the lock, each checked by its hash."""
    lock = lock_file("windows")
    stamp, mark = WHEELS / "stamp", sha256(lock)
    if not (stamp.exists() and stamp.read_text() == mark):
        fresh(WHEELS)
        options = ["-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        options += ["--only-binary=:all:", "--dest", str(WHEELS), *TARGETS["windows"].pip_options]
        run([sys.executable, "-m", "pip", "download", *options, "-r", lock], cwd=ROOT)
        stamp.write_text(mark)
    return sorted(WHEELS.glob("*.whl"))


def unpack(target: Path, program: Path) -> None:
    """Lays the wheels into `target`; of Qt what `program` names."""
    used = qt_modules(program)
    for wheel in fetch():
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                name = _place(member.filename)
                if name and not member.is_dir() and not left_out(name, used):
                    file = target / name
                    file.parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(member) as source, file.open("wb") as sink:
                        shutil.copyfileobj(source, sink)


def _place(name: str) -> str:
    """Where pip would put a member below site-packages; "" for what is elsewhere."""
    parts = name.split("/")
    if not parts[0].endswith(".data"):
        return name
    return "/".join(parts[2:]) if parts[1] in ("purelib", "platlib") else ""


def qt_modules(program: Path) -> set[str]:
    """The modules of Qt that the program's source names: {"QtCore", ...}."""
    texts = (p.read_text("utf-8") for p in program.rglob("*.py"))
    return {name for text in texts for name in _QT_USED.findall(text)}


def left_out(name: str, used: set[str]) -> bool:
    """Whether a file of a wheel does not go into the installer."""
    if _DROP.search(name) or unwanted(name):
        return True
    if found := re.match(r"PySide6/(Qt[A-Z]\w+)\.(pyd|py)$", name):
        return found[1] not in used
    if found := re.match(r"PySide6/Qt6(\w+)\.dll$", name):
        return f"Qt{found[1]}" not in used
    return False
