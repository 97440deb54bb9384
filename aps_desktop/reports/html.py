"""A report as one HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path

from aps_desktop.reports.document import (
    Amount,
    Block,
    Bullets,
    Cell,
    Document,
    Facts,
    Heading,
    Number,
    Paragraph,
    Picture,
    Signature,
    Table,
    footer,
    words,
)

_STYLE = """
:root { color-scheme: light dark; --ink: #1a1c1e; --soft: #5a6068; --line: #d5d9de;
  --head: #f2f4f6; --accent: #1f4e8c; --page: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a9b0b8; --line: #3c4249;
  --head: #2a2f35; --accent: #8ab4f0; --page: #1b1e22; } }
body { font: 16px/1.5 "Noto Sans", "Segoe UI", system-ui, sans-serif; color: var(--ink);
  background: var(--page); max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem; }
h1, h2, h3, h4 { line-height: 1.25; margin: 2rem 0 .5rem; }
h1 { font-size: 1.8rem; margin-top: 0; } h2 { font-size: 1.3rem; } h3 { font-size: 1.1rem; }
h4 { font-size: 1rem; }
ul.muted { font-size: .9rem; }
.kind { color: var(--accent); font-weight: 700; margin: 0; }
.muted, figcaption, caption, footer { color: var(--soft); }
table { border-collapse: collapse; width: 100%; margin: .75rem 0 1.25rem; font-size: .9rem; }
caption { text-align: left; padding-bottom: .35rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { background: var(--head); }
.right { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
tr.total td { font-weight: 700; border-top: 2px solid var(--ink); }
.facts th { width: 16rem; font-weight: 400; color: var(--soft); }
.wide { overflow-x: auto; } img { background: #ffffff; border-radius: 6px; }
 figure { margin: 1rem 0; } img { max-width: 100%; height: auto; }
.sign { margin-top: 3rem; border-top: 1px solid var(--line); width: 18rem; padding-top: .3rem; }
footer { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: .75rem;
  font-size: .85rem; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } tr { break-inside: avoid; } }
""".strip()


_RIGHT = ' class="right"'


def write(document: Document, path: Path) -> None:
    """Writes the file, UTF-8."""
    path.write_text(text(document), encoding="utf-8")


def text(document: Document) -> str:
    """The whole page."""
    head = [f'<p class="kind">{escape(document.kind)}</p>'] if document.kind else []
    if not document.letter:
        head.append(f"<h1>{escape(document.title)}</h1>")
    if document.subtitle:
        head.append(f'<p class="muted">{escape(document.subtitle)}</p>')
    body = [_block(block) for block in document.blocks]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(document.title)}</title>",
            f"<style>{_STYLE}</style></head><body>",
            *head,
            *body,
            f"<footer>{escape(footer(document))}</footer>",
            "</body></html>",
            "",
        ]
    )


def _block(block: Block) -> str:
    match block:
        case Heading():
            tag = f"h{block.level + 1}"
            return f"<{tag}>{escape(block.text)}</{tag}>"
        case Paragraph():
            return _paragraph(block)
        case Bullets():
            items = "".join(f"<li>{escape(item)}</li>" for item in block.items)
            look = ' class="muted"' if block.look == "muted" else ""
            return f"<ul{look}>{items}</ul>"
        case Facts():
            rows = "".join(
                f'<tr><th scope="row">{escape(label)}</th><td>{_lines(words(cell))}</td></tr>'
                for label, cell in block.rows
            )
            return f'<table class="facts">{rows}</table>'
        case Table():
            return _table(block)
        case Picture():
            return _picture(block)
        case Signature():
            name, role = escape(block.name), escape(block.role)
            return f'<p class="sign">{name}<br><span class="muted">{role}</span></p>'
    return ""


def _lines(value: str) -> str:
    return escape(value).replace("\n", "<br>")


def _paragraph(block: Paragraph) -> str:
    inner = _lines(block.text)
    if block.look == "strong":
        inner = f"<strong>{inner}</strong>"
    look = ' class="muted"' if block.look == "muted" else ""
    side = f' style="text-align: {block.side}"' if block.side != "left" else ""
    return f"<p{look}{side}>{inner}</p>"


def _table(table: Table) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    if not table.rows:
        return f'<p class="muted">{escape(table.empty)}</p>'
    head = "".join(
        f'<th scope="col"{_RIGHT if c.right else ""}>{escape(c.title)}</th>' for c in table.columns
    )
    last = len(table.rows) - 1
    rows = []
    for number, row in enumerate(table.rows):
        cells = "".join(
            f"<td{_right(c.right, cell)}>{_lines(words(cell))}</td>"
            for c, cell in zip(table.columns, row, strict=True)
        )
        total = ' class="total"' if table.total and number == last else ""
        rows.append(f"<tr{total}>{cells}</tr>")
    return (
        f'<div class="wide"><table>{caption}<thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _right(right: bool, cell: Cell) -> str:
    return _RIGHT if right or isinstance(cell, (int, Amount, Number)) else ""


def _picture(block: Picture) -> str:
    data = base64.b64encode(block.png).decode()
    caption = f"<figcaption>{escape(block.caption)}</figcaption>" if block.caption else ""
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{escape(block.words)}" '
        f'style="width:{block.width * 100:.0f}%">{caption}</figure>'
    )
