"""A report as PDF, set by typst, which shapes and breaks the scripts of the eleven states."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from aps_desktop.paths import resource_path
from aps_desktop.reports.document import (
    Amount,
    Block,
    Bullets,
    Cell,
    Document,
    Facts,
    Heading,
    Number,
    PageBreak,
    Paragraph,
    Picture,
    Signature,
    Table,
    footer,
    words,
)

FONTS = (
    "Noto Sans",
    "Noto Sans Thai UI",
    "Noto Sans Khmer UI",
    "Noto Sans Lao UI",
    "Noto Sans Myanmar UI",
    "Noto Sans Tamil UI",
)
"""The families in resources/fonts; nothing of the computer's own is used, so all look alike."""

_FEW_COLUMNS = 7
"""A table of more columns is set smaller, so that amounts and names keep to theirs."""
_PREAMBLE = """
#set page(paper: "a4", flipped: {flipped}, margin: (x: 2.2cm, top: 2cm, bottom: 2.2cm),
  footer: context [
    #set text(size: 7.5pt, fill: luma(90))
    #line(length: 100%, stroke: 0.5pt + luma(200))
    #v(-4pt)
    #grid(columns: (1fr, auto), gutter: 8pt, [{footer}],
      [#counter(page).display() / #counter(page).final().first()])])
#set document(title: "{title}")
#set text(font: ({fonts}), size: 9.5pt, lang: "en", fill: rgb("#1a1c1e"), fallback: false)
#set par(leading: 0.62em, spacing: 0.85em)
#show heading: set text(fill: rgb("#163a6b"))
#show heading.where(level: 1): set text(size: 13pt)
#show heading.where(level: 2): set text(size: 11pt)
#show heading.where(level: 3): set text(size: 9.5pt)
#show heading: set block(above: 1.5em, below: 0.7em, sticky: true)
#set table(stroke: (x, y) => (bottom: 0.5pt + luma(205)), inset: (x: 5pt, y: 4pt))
#show table.cell: set text(size: 8.5pt)
#show table.cell: set par(leading: 0.5em)
#set table.cell(breakable: false)
#let muted(body) = text(fill: luma(90), body)
"""


def write(document: Document, path: Path) -> None:
    """Writes the file."""
    path.write_bytes(compiled(document))


def compiled(document: Document) -> bytes:
    """The document as PDF."""
    import typst

    with TemporaryDirectory(prefix="aps-report-") as folder:
        source = Path(folder, "report.typ")
        source.write_text(markup(document, Path(folder)), encoding="utf-8")
        return typst.compile(
            str(source),
            format="pdf",
            font_paths=[str(resource_path("fonts"))],
            ignore_system_fonts=True,
        )


def quoted(value: str) -> str:
    """Any text as typst content that is only text."""
    return f"#{_string(value)}" if value else ""


def _string(value: str) -> str:
    body = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "")
    return f'"{body}"'


def markup(document: Document, folder: Path) -> str:
    """The typst source; pictures are laid into the folder."""
    fonts = ", ".join(f'"{name}"' for name in FONTS)
    values = {
        "flipped": "true" if document.landscape else "false",
        "footer": quoted(footer(document)),
        "title": _string(document.title)[1:-1],
        "fonts": fonts,
    }
    preamble = _PREAMBLE
    for name, value in values.items():
        preamble = preamble.replace(f"{{{name}}}", value)
    parts = [preamble, _head(document)]
    for number, block in enumerate(document.blocks):
        parts.append(_block(block, folder, number))
    return "\n".join(parts) + "\n"


def _head(document: Document) -> str:
    if document.letter:
        return ""
    lines = []
    if document.kind:
        kind = quoted(document.kind)
        lines.append(f'#text(weight: "bold", fill: rgb("#1f4e8c"), size: 9pt)[{kind}]#v(3pt)')
    size = "17pt" if len(document.title) < 90 else "14pt"
    title = quoted(document.title)
    lines.append(f'#block(above: 6pt, text(size: {size}, weight: "bold")[{title}])')
    if document.subtitle:
        lines.append(f"#block(above: 10pt)[#muted[{quoted(document.subtitle)}]]")
    lines.append('#line(length: 100%, stroke: 1pt + rgb("#1f4e8c"))#v(2pt)')
    return "\n\n".join(lines)


def _block(block: Block, folder: Path, number: int) -> str:
    match block:
        case Heading():
            return f"\n{'=' * block.level} {quoted(block.text)}\n"
        case Paragraph():
            return _paragraph(block)
        case Bullets():
            items = "\n".join(f"- {quoted(item)}" for item in block.items)
            return (
                f"#[\n#set text(size: 8pt, fill: luma(90))\n{items}\n]\n"
                if (block.look == "muted")
                else f"{items}\n"
            )
        case Facts():
            return _facts(block)
        case Table():
            return _table(block)
        case Picture():
            name = f"picture-{number}.png"
            Path(folder, name).write_bytes(block.png)
            return _picture(block, name)
        case Signature():
            role = f"#linebreak()#muted[{quoted(block.role)}]" if block.role else ""
            return (
                "#block(breakable: false)[#v(1.6cm)#line(length: 6cm, stroke: 0.5pt)"
                f"#v(-2pt){quoted(block.name)}{role}]"
            )
        case PageBreak():
            return "#pagebreak(weak: true)"


def _paragraph(block: Paragraph) -> str:
    inner = quoted(block.text)
    if block.look == "muted":
        inner = f"#muted[{inner}]"
    elif block.look == "strong":
        inner = f"#strong[{inner}]"
    if block.side in ("center", "right"):
        inner = f"#align({block.side})[{inner}]"
    return f"\n{inner}\n"


def _facts(block: Facts) -> str:
    cells = "\n".join(
        f"[#muted[{quoted(label)}]], [{quoted(words(cell)) or '–'}]," for label, cell in block.rows
    )
    return f"#table(columns: (1fr, 2.6fr),\n{cells}\n)"


def _table(table: Table) -> str:
    if not table.rows:
        return f"\n#muted[{quoted(table.empty)}]\n"
    shares = ", ".join(f"{column.share}fr" for column in table.columns)
    head = ", ".join(
        f"table.cell(align: {'right' if c.right else 'left'})[#strong[{quoted(c.title)}]]"
        for c in table.columns
    )
    last = len(table.rows) - 1
    rows = []
    for number, row in enumerate(table.rows):
        bold = table.total and number == last
        rows.append(
            ", ".join(
                _cell(cell, c.right, bold) for c, cell in zip(table.columns, row, strict=True)
            )
            + ","
        )
    caption = ""
    if table.caption:
        words = f"#muted[{quoted(table.caption)}]"
        caption = f"#block(sticky: true, above: 1.2em, below: 0.6em)[{words}]\n"
    many = len(table.columns) > _FEW_COLUMNS
    small = "#show table.cell: set text(size: 6.8pt)\n#set table(inset: 3pt)\n" if many else ""
    return (
        f"{caption}#[\n{small}#table(columns: ({shares},), "
        "fill: (x, y) => if y == 0 { luma(240) },\n"
        f"table.header({head}),\n" + "\n".join(rows) + "\n)\n]"
    )


def _cell(cell: Cell, right: bool, bold: bool) -> str:
    inner = quoted(words(cell))
    if bold:
        inner = f"#strong[{inner}]"
    if right or isinstance(cell, (int, Amount, Number)):
        return f"table.cell(align: right)[{inner}]"
    return f"[{inner}]"


def _picture(block: Picture, name: str) -> str:
    width = f"{block.width * 100:.0f}%"
    alt = _string(block.words)
    picture = f'#image("{name}", width: {width}, alt: {alt})'
    caption = f"#muted[{quoted(block.caption)}]" if block.caption else ""
    return f"#block(breakable: false)[{picture}\n{caption}]"
