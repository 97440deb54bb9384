"""What wheels carry and the program never uses: left out of every installer."""

from __future__ import annotations

import re

EXCLUDED_MODULES = [
    "tkinter", "_tkinter", "doctest", "pydoc", "pydoc_data", "test", "lib2to3", "idlelib",
    "ensurepip", "venv", "curses", "readline", "distutils", "setuptools", "pkg_resources", "pip",
    "wheel", "xmlrpc", "ftplib", "turtle", "sqlite3", "_sqlite3", "IPython", "pytest", "_pytest",
    "pygments", "gi", "wx", "PyQt5", "PyQt6", "PySide2", "mypy", "hypothesis",
    "numpy.f2py", "numpy.distutils", "numpy.tests", "numpy.testing.tests", "numpy.typing.tests",
    "matplotlib.tests", "matplotlib.sphinxext", "mpl_toolkits.tests",
    "matplotlib.backends.backend_tkagg", "matplotlib.backends.backend_qtagg",
    "PIL._avif", "PIL._webp", "PIL._imagingtk", "PIL.ImageTk", "PIL.ImageQt", "PIL._imagingcms",
    "PIL.AvifImagePlugin", "PIL.WebPImagePlugin",
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets",
    "PySide6.QtSql", "PySide6.QtTest", "PySide6.QtXml", "PySide6.QtDesigner", "PySide6.QtUiTools",
    "sqlalchemy.dialects.mysql", "sqlalchemy.dialects.oracle", "sqlalchemy.dialects.mssql",
    "MySQLdb", "psycopg2", "greenlet", "cffi", "pycparser", "zstandard._cffi",
    "zstandard.backend_cffi", "lxml.objectify", "lxml.html", "lxml.isoschematron",
]  # fmt: skip

_UNWANTED = re.compile(
    "|".join(
        (
            # What pip noted down, as hashes of scripts that name the folder of the build.
            r"\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$",
            r"mpl-data/(sample_data|plot_directive|stylelib)",
            r"mpl-data/images/.*",
            r"mpl-data/fonts/(afm|pdfcorefonts)/",
            r"mpl-data/fonts/ttf/(STIX|cm|DejaVuSerif)",
            # The program speaks English throughout, so Qt's own words are not translated either.
            r"PySide6/(Qt/)?translations/",
            r"PySide6/(Qt/)?plugins/(?!platforms/|platforminputcontexts/|styles/|imageformats/"
            r"|iconengines/|wayland-(shell|decoration)|xcbglintegrations/|printsupport/)",
            r"PySide6/(Qt/)?plugins/platforms/(lib)?q(?!xcb|wayland|offscreen|windows|cocoa)",
            r"PySide6/(Qt/)?plugins/platforminputcontexts/.*virtualkeyboard",
            r"PySide6/(Qt/)?plugins/imageformats/(lib)?q(?!svg|jpeg|gif|ico)",
            r"PySide6/(Qt/)?plugins/xcbglintegrations/",
            r"opengl32sw\.dll$",
            r"(lib)?Qt6(Eglfs|EglFS|Qml|Quick|OpenGL|Pdf|VirtualKeyboard|Sql|Test|Designer|Help)",
            # The plain variants stand beside these; both are fast enough for what is compared here.
            r"rapidfuzz/.*_avx2\b",
            r"zstandard/_cffi\b",
            r"lxml/(objectify|_difflib)\b",
        )
    )
)


def unwanted(name: str) -> bool:
    """Whether a file of the folder, named from its top, is left out."""
    return bool(_UNWANTED.search(name.replace("\\", "/")))
