"""What each dependency brings into an installer, and why it is there.

A dependency of pyproject.toml that is not named here stops the build and fails a test: somebody
must say why every office should carry it.
"""

from __future__ import annotations

from dataclasses import dataclass

from packaging.utils import canonicalize_name


@dataclass(frozen=True)
class Brings:
    """`modules` are what the program imports, `hidden` what only shows itself at run time."""

    why: str
    modules: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    collect: tuple[str, ...] = ()
    """Packages whose data files are needed as well."""


CONTENTS = {
    "pyside6-essentials": Brings("the window", ("PySide6",)),
    "sqlalchemy": Brings(
        "schema and merges on both databases",
        ("sqlalchemy",),
        (
            "sqlalchemy.dialects.sqlite.pysqlcipher",
            "sqlalchemy.dialects.sqlite.pysqlite",
            "sqlalchemy.dialects.postgresql.psycopg",
        ),
    ),
    "sqlcipher3": Brings("the database, encrypted on request", ("sqlcipher3",)),
    "cryptography": Brings(
        "signatures of bundles and updates", ("cryptography",), ("_cffi_backend",)
    ),
    "pyrage": Brings("encryption of bundles for their receivers", ("pyrage",)),
    "zstandard": Brings("compression of bundles", ("zstandard",)),
    "msgspec": Brings("reading manifests and child processes' messages", ("msgspec",)),
    "psycopg": Brings(
        "the shared database of a headquarters",
        ("psycopg",),
        ("psycopg_binary", "psycopg_binary._psycopg", "psycopg_binary.pq"),
    ),
    "openpyxl": Brings("workbooks with formats, read and handed back", ("openpyxl",)),
    "python-calamine": Brings("reading large workbooks fast", ("python_calamine",)),
    "xlsxwriter": Brings("reports and forms as workbooks", ("xlsxwriter",)),
    "defusedxml": Brings("XML of strangers read without traps", ("defusedxml",)),
    "rapidfuzz": Brings("likely duplicates and misspelt headings", ("rapidfuzz",)),
    "zxcvbn": Brings("how strong a passphrase is", ("zxcvbn",)),
    "matplotlib": Brings(
        "charts and dashboards",
        ("matplotlib",),
        (
            "matplotlib.backends.backend_agg",
            "matplotlib.backends.backend_pdf",
            "matplotlib.backends.backend_svg",
        ),
    ),
    "numpy": Brings("what matplotlib computes with", ("numpy",)),
    "pillow": Brings("pictures of charts and in reports", ("PIL",)),
    "filelock": Brings("one writer at a time in a trust list's folder", ("filelock",)),
    "platformdirs": Brings("where the platform keeps a user's data", ("platformdirs",)),
    "typst": Brings("reports as PDF", ("typst",)),
    "python-docx": Brings("reports as Word documents", ("docx",), (), ("docx",)),
    "lxml": Brings("IATI files read, written and validated", ("lxml",), ("lxml._elementpath",)),
}


def uncovered(names: list[str]) -> list[str]:
    """Those of these distributions that are not named above."""
    return sorted({canonicalize_name(name) for name in names} - set(CONTENTS))


def hidden_imports(names: list[str]) -> list[str]:
    """Modules that must be put in although no import statement of ours leads to them."""
    chosen = [CONTENTS[canonicalize_name(name)] for name in names]
    return sorted({module for one in chosen for module in (*one.modules, *one.hidden)})


def collected(names: list[str]) -> list[str]:
    """Packages whose data files are put in."""
    return sorted({p for name in names for p in CONTENTS[canonicalize_name(name)].collect})
