"""Takes a file of IATI apart, in the child process: files of whole activities, in their order.

Each part has the outermost element of the whole, so each is a file of its own that can be checked
and imported. One activity is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aps_desktop.exchange.iati_names import MARK, RECORD
from aps_desktop.exchange.iati_read import look, read_through, refuse

Element = Any
_RECORDS = (
    "transaction", "budget", "planned-disbursement", "condition", "document-link", "result",
    "indicator", "target", "actual",
)  # fmt: skip
"""What becomes a record of its own, beside the activity itself."""
_CLOSING = "</iati-activities>\n"


def split(path: Path, folder: Path, most: int) -> list[str]:
    """Writes parts of at most `most` records, or of one activity that has more; their names.

    UserError, and no part is left, when the file is broken or is an export of this program.
    """
    look(path)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        for head, texts in _parts(path, most):
            part = folder / f"{path.stem} part {len(written) + 1}.xml"
            written.append(part)
            with part.open("w", encoding="utf-8", newline="\n") as file:
                file.write(head)
                file.writelines(texts)
                file.write(_CLOSING)
    except BaseException:
        for part in written:
            part.unlink(missing_ok=True)
        raise
    if not written:
        raise refuse(path, "no activity stands in it.", "Ask for the file again.")
    return [part.name for part in written]


def _parts(path: Path, most: int) -> Iterator[tuple[str, Iterator[str]]]:
    """(head, the activities' texts) of each part; the texts are read before the next part is."""
    elements = _activities(path)
    first = next(elements, None)
    while first is not None:
        left: list[tuple[str, str, int]] = []

        def texts(begun: tuple[str, str, int] = first, rest: Any = left) -> Iterator[str]:
            room = most
            one: tuple[str, str, int] | None = begun
            while one is not None and (room == most or one[2] <= room):
                room -= one[2]
                yield one[1]
                one = next(elements, None)
            if one is not None:
                rest.append(one)

        yield first[0], texts()
        first = left[0] if left else None


def _activities(path: Path) -> Iterator[tuple[str, str, int]]:
    """(the file's head, an activity's text, how many records it makes)."""
    from lxml import etree

    head = ""
    for root, element in read_through(path):
        if root.get(MARK) is not None or element.tag == RECORD:
            raise refuse(
                path, "it is an export of this program, whose parts belong together.",
                "Send a bundle instead: it takes any number of records.",
            )  # fmt: skip
        if not head:
            bare = etree.Element(root.tag, root.attrib, root.nsmap)
            text = etree.tostring(bare, encoding="unicode")
            head = f'<?xml version="1.0" encoding="UTF-8"?>\n{text.removesuffix("/>")}>\n'
        if element.tag == "iati-activity":
            count = 1 + sum(1 for _ in element.iter(*_RECORDS))
            yield head, etree.tostring(element, encoding="unicode", with_tail=False) + "\n", count
