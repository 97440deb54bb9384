"""A table of figures as a document: how much of it there is, and what is left out."""

from aps_desktop.reports.document import Table
from aps_desktop.services import sheet_cells, sheet_export
from aps_desktop.services.sheet_cells import Column, Line, Sheet
from aps_desktop.services.sheet_export import Heading

LINES = (
    Line((sheet_cells.text("Total of all"),), total=True),
    *(Line((sheet_cells.text(f"Fund {number}"),)) for number in range(3)),
)


def exported(more: int) -> Table:
    sheet = Sheet((Column("Fund"),), LINES, more=more)
    made = sheet_export.as_document(sheet, Heading("Money by fund"))
    return next(block for block in made.blocks if isinstance(block, Table))


def test_a_table_that_is_cut_says_so() -> None:
    assert exported(1_200).caption == "The first 3 of 1,203."
    assert exported(0).caption == ""
