"""Which commands there are, how they are called, and what their end means."""

from __future__ import annotations

import argparse
import sys
import traceback
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable
from typing import Any, NoReturn

from aps_desktop import __version__
from aps_desktop.cli import (
    bundle_commands,
    database_commands,
    figure_commands,
    iati_commands,
    record_commands,
    reporting_commands,
    settle_commands,
    uniting_commands,
    update_commands,
)
from aps_desktop.cli.session import DONE, REFUSED, USAGE, Session
from aps_desktop.domain.errors import UserError

Command = Callable[[Session], int]
Commands = Any
"""argparse's own type of sub-commands has no public name."""
_MISTAKE = "What it was doing was taken back. Send the words above to whoever looks after it."
_FILES = "Check that the folder is there, may be written to and has space."


def main(argv: list[str] | None = None) -> int:
    """Runs one command; the exit code."""
    given = sys.argv[1:] if argv is None else argv
    try:
        arguments = _parser().parse_args(given)
    except SystemExit as end:  # --help, --version
        return int(end.code or 0)
    except _WrongUsage as error:
        session = Session(Namespace(database="-", json="--json" in given))
        session.say(f"{error}")
        session.refuse(f"{error}", "See --help.")
        return USAGE
    session = Session(arguments)
    try:
        return int(arguments.run(session))
    except UserError as error:
        hint = database_commands.after_damage(session, error)
        session.say(f"{error.message} {hint}".strip())
        session.refuse(error.message, hint)
        return REFUSED
    except BrokenPipeError:  # the reader of our output has left
        sys.stderr.close()
        return DONE
    except OSError as error:
        words = f"{error.filename}: {error.strerror}." if error.filename else f"{error}."
        session.say(f"{words} {_FILES}")
        session.refuse(words, _FILES)
        return REFUSED
    except KeyboardInterrupt:
        session.say("Stopped; nothing was changed.")
        session.refuse("Stopped.", "Nothing was changed.")
        return REFUSED
    except Exception as error:  # whoever reads the answer gets one, whatever happens
        traceback.print_exc()
        session.refuse(f"The program made a mistake: {type(error).__name__}.", _MISTAKE)
        return REFUSED


class _WrongUsage(Exception):
    pass


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        raise _WrongUsage(f"{self.prog}: {message}")


def _parser() -> ArgumentParser:
    parser = _Parser(
        prog="aps-desktop",
        description="Without a command the window opens.",
        epilog="The database: --database, else APS_DATABASE, else the user's own. "
        "A passphrase is read from APS_PASSPHRASE only.",
    )
    parser.add_argument("--version", action="version", version=f"APS Desktop {__version__}")
    _common(parser, database=None, json=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _database_commands(commands)
    _record_commands(commands)
    _money_commands(commands)
    _bundle_commands(commands)
    _settle_commands(commands)
    _workbook_commands(commands)
    _reporting_commands(commands)
    _report_commands(commands)
    _iati_commands(commands)
    _update_commands(commands)
    return parser


def _common(
    parser: ArgumentParser, *, database: object = SUPPRESS, json: object = SUPPRESS
) -> None:
    """The options that may stand before the command and after it."""
    parser.add_argument(
        "--database",
        metavar="FILE",
        default=database,
        help="the database file, or a postgresql+psycopg:// URL",
    )
    parser.add_argument(
        "--json", action="store_true", default=json, help="answer with one JSON document"
    )


def add(commands: Commands, name: str, run: Command) -> ArgumentParser:
    """A command by its name; its help is the first line of what runs it."""
    words = (run.__doc__ or "").strip().splitlines()[0].replace("%", "%%")
    parser: ArgumentParser = commands.add_parser(name, help=words, description=words)
    _common(parser)
    parser.set_defaults(run=run)
    return parser


def group(commands: Commands, name: str, words: str) -> Commands:
    """A command that has commands of its own."""
    parser = commands.add_parser(name, help=words, description=words)
    _common(parser)
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)


def number(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return value


def _database_commands(commands: Commands) -> None:
    init = add(commands, "init", database_commands.init)
    init.add_argument("--office", required=True, metavar="CODE", help="ASEC, or a state: KH")
    init.add_argument("--device", required=True, metavar="NAME", help="this computer's name")
    init.add_argument("--officer", metavar="NAME", help="who is working: stands beside changes")
    who = add(commands, "officer", database_commands.officer)
    who.add_argument("name", nargs="?", metavar="NAME", help="the name; without it, it is told")
    demo = add(commands, "demo", database_commands.demo)
    demo.add_argument("--size", choices=("small", "full", "huge"), default="small")
    demo.add_argument("--seed", type=number, default=1, metavar="N")
    add(commands, "digest", database_commands.digest)
    check = add(commands, "check", database_commands.check)
    check.add_argument("--repair", action="store_true", help="mend from the change log")
    add(commands, "backup", database_commands.back_up).add_argument("out", metavar="OUT")
    add(commands, "restore", database_commands.restore).add_argument("file", metavar="FILE")
    add(commands, "recover", database_commands.recover)
    add(commands, "passphrase", database_commands.passphrase).add_argument(
        "what", choices=("set", "change", "remove"),
        help="the new one is read from APS_NEW_PASSPHRASE",
    )  # fmt: skip


def _record_commands(commands: Commands) -> None:
    add(commands, "entities", record_commands.entities)
    records = group(commands, "record", "see and change records")
    listing = add(records, "list", record_commands.list_records)
    listing.add_argument("entity", metavar="ENTITY")
    listing.add_argument("--where", action="append", default=[], metavar="FIELD=VALUE")
    listing.add_argument("--limit", type=number, metavar="N")
    for name, run in (
        ("get", record_commands.get),
        ("history", record_commands.record_history),
        ("set", record_commands.put),
        ("delete", record_commands.delete),
    ):
        one = add(records, name, run)
        one.add_argument("entity", metavar="ENTITY")
        one.add_argument("id", metavar="ID", help="the record's id, or its code")
        if name == "set":
            one.add_argument("values", nargs="+", metavar="FIELD=VALUE")
    new = add(records, "new", record_commands.new)
    new.add_argument("entity", metavar="ENTITY")
    new.add_argument("values", nargs="+", metavar="FIELD=VALUE")
    unite = add(records, "unite", uniting_commands.unite)
    unite.add_argument("entity", metavar="ENTITY")
    unite.add_argument("id", metavar="DUPLICATE", help="the record that is too many")
    unite.add_argument("into", metavar="SURVIVOR", help="the record that stands for both")
    unite.add_argument("--dry-run", action="store_true", help="only say what would be done")
    apart = add(records, "separate", uniting_commands.separate)
    apart.add_argument("entity", metavar="ENTITY")
    apart.add_argument("id", metavar="DUPLICATE")
    add(records, "united", uniting_commands.list_united)
    add(commands, "undo", record_commands.undo)
    add(commands, "redo", record_commands.redo)
    add(commands, "alarms", record_commands.alarms)
    search = add(commands, "search", record_commands.search)
    search.add_argument("words", nargs="+", metavar="WORDS")
    search.add_argument("--limit", type=number, default=50, metavar="N")


def _money_commands(commands: Commands) -> None:
    ask = add(commands, "figures", figure_commands.show)
    ask.add_argument("name", metavar="NAME", help="a question; “list” names them all")
    for option, words in (
        ("--by", "what the lines are"),
        ("--period", "month, quarter or year"),
        ("--measure", "commitment, receipt, ..."),
        ("--year", "2026, or 2024-2026"),
        ("--as-of", "leave out what is dated later: 2026-11-23"),
    ):
        ask.add_argument(option, metavar=option.strip("-").upper(), help=words)
    ask.add_argument("--days", type=number, metavar="N", help="for pledges that expire")
    for option in ("pillar", *figure_commands.RECORDS):
        ask.add_argument(f"--{option.replace('_', '-')}", action="append", metavar=option.upper())
    entries = group(commands, "ledger", "post, reverse and correct transactions")
    add(entries, "post", figure_commands.post).add_argument(
        "values", nargs="+", metavar="FIELD=VALUE"
    )
    for name, run in (("reverse", figure_commands.reverse), ("correct", figure_commands.correct)):
        one = add(entries, name, run)
        one.add_argument("id", metavar="ID", help="the transaction's id, or its reference")
        if name == "correct":
            one.add_argument("values", nargs="+", metavar="FIELD=VALUE")
        else:
            one.add_argument("--on", metavar="DAY", help="the day of the reversal")
        one.add_argument("--reason", required=True, metavar="WORDS")
    add(entries, "fill-in", figure_commands.fill_in)


def _bundle_commands(commands: Commands) -> None:
    bundle = group(commands, "bundle", "make, look into, merge and take back bundles")
    export = add(bundle, "export", bundle_commands.export)
    export.add_argument("out", metavar="OUT")
    export.add_argument(
        "--for", action="extend", nargs="+", default=[], dest="offices", metavar="OFFICE"
    )
    export.add_argument(
        "--scope", action="extend", nargs="+", default=[], metavar="SCOPE",
        help="all, body:CODE, pillar:CODE or programme:CODE",
    )  # fmt: skip
    export.add_argument("--max-class", metavar="CLASS", help="public, limited, restricted")
    export.add_argument(
        "--split", type=number, default=0, metavar="MB", help="parts for e-mail, of so many MB"
    )
    export.add_argument("--full", action="store_true", help="everything, not only what is new")
    add(bundle, "inspect", bundle_commands.inspect).add_argument("file", metavar="FILE")
    merge = add(bundle, "merge", bundle_commands.merge)
    merge.add_argument("files", nargs="+", metavar="FILE")
    merge.add_argument("--dry-run", action="store_true", help="only say what would be done")
    add(bundle, "status", bundle_commands.status)
    add(bundle, "undo", bundle_commands.undo).add_argument("merge", type=number, metavar="MERGE")
    trust = group(commands, "trust", "which computers are believed")
    add(trust, "request", bundle_commands.trust_request).add_argument("out", metavar="OUT")
    add(trust, "list", bundle_commands.trust_list)
    add(trust, "add", bundle_commands.trust_add).add_argument("request", metavar="REQUEST")
    revoke = add(trust, "revoke", bundle_commands.trust_revoke)
    revoke.add_argument("device", metavar="DEVICE")
    revoke.add_argument("--after", type=number, required=True, metavar="N", help="its last bundle")
    revert = add(trust, "revert", bundle_commands.trust_revert)
    revert.add_argument("device", metavar="DEVICE")
    revert.add_argument("--after", type=number, required=True, metavar="N", help="its last bundle")


def _settle_commands(commands: Commands) -> None:
    conflicts = group(commands, "conflicts", "see and settle conflicts")
    add(conflicts, "list", settle_commands.list_conflicts)
    add(conflicts, "issues", settle_commands.issues)
    resolve = add(conflicts, "resolve", settle_commands.resolve)
    resolve.add_argument("id", metavar="ID")
    resolve.add_argument(
        "--take", required=True, metavar="VALUE", help="mine, theirs, base, or the value itself"
    )
    proposals = group(commands, "proposals", "see and answer what other offices propose")
    add(proposals, "list", settle_commands.list_proposals)
    for name, run in (("accept", settle_commands.accept), ("decline", settle_commands.decline)):
        add(proposals, name, run).add_argument("ids", nargs="+", metavar="ID")


def _workbook_commands(commands: Commands) -> None:
    bring = add(commands, "import-excel", import_excel)
    bring.add_argument("file", metavar="FILE")
    bring.add_argument("--sheet", metavar="S", help="only this sheet")
    bring.add_argument("--entity", metavar="E", help="what its rows are")
    bring.add_argument("--mapping", metavar="FILE", help='JSON: {"Column heading": "field", ...}')
    bring.add_argument("--currency", metavar="CODE", help="of amounts without one: USD")
    bring.add_argument("--buddhist-years", action="store_true", help="take 2569 for 2026")
    bring.add_argument("--dry-run", action="store_true", help="say what would happen")
    bring.add_argument("--errors", metavar="OUT.xlsx", help="where refused rows are written")
    take = add(commands, "export-excel", export_excel)
    take.add_argument("out", metavar="OUT.xlsx")
    take.add_argument("--entity", metavar="E", action="append", help="only these records")
    draw = add(commands, "chart", draw_chart)
    draw.add_argument("name", metavar="NAME", help="a chart's name, or list")
    draw.add_argument("out", nargs="?", metavar="OUT", help="a .png, .svg or .pdf file")
    draw.add_argument("--year", type=number, metavar="YEAR")
    draw.add_argument("--pillar", metavar="KEY", help="apsc, aec, ascc, connectivity, iai or all")
    draw.add_argument("--dark", action="store_true", help="on a dark ground")


def _reporting_commands(commands: Commands) -> None:
    reporting = group(commands, "reporting", "who has reported, requests, progress, checks")
    missing = add(reporting, "missing", reporting_commands.missing)
    missing.add_argument("--period", metavar="NAME", help="a reporting period, such as Q2 2026")
    missing.add_argument("--by", choices=("body", "project"), default="body")
    add(reporting, "ask", reporting_commands.ask).add_argument("--period", metavar="NAME")
    forms = add(reporting, "forms", reporting_commands.forms)
    forms.add_argument("folder", metavar="FOLDER")
    forms.add_argument("--period", metavar="NAME")
    forms.add_argument("--state", metavar="NAME", help="only this member state's")
    progress = add(reporting, "progress", reporting_commands.progress)
    progress.add_argument("--year", type=number, metavar="YEAR")
    progress.add_argument("--limit", type=number, metavar="N")
    checks = add(reporting, "checks", reporting_commands.checks)
    checks.add_argument("--limit", type=number, default=1000, metavar="N")


def _report_commands(commands: Commands) -> None:
    parser = add(commands, "report", report)
    parser.add_argument("name", metavar="NAME", help='the report, or "list"')
    parser.add_argument("out", metavar="OUT", nargs="?", help="a .pdf, .docx, .xlsx or .html file")
    parser.add_argument("--for", dest="about", metavar="ENTITY:ID", help="the record it is about")
    parser.add_argument("--year", type=number, metavar="YEAR")
    parser.add_argument("--max-class", metavar="CLASS", help="public, limited, restricted")


def report(session: Session) -> int:
    """Makes a report: its name and the file to write; "list" names them all."""
    from aps_desktop.cli import report_commands

    return report_commands.report(session)


def _iati_commands(commands: Commands) -> None:
    iati = group(commands, "iati", "exchange activities with others by the IATI Standard 2.03")
    take = add(iati, "export", iati_commands.export)
    take.add_argument("out", metavar="OUT.xml")
    take.add_argument(
        "--scope", default="all", help="all, project:CODE, fund:CODE or programme:CODE"
    )
    take.add_argument(
        "--max-class", default="public", metavar="CLASS", help="public, limited, restricted"
    )
    bring = add(iati, "import", iati_commands.bring)
    bring.add_argument("file", metavar="FILE.xml")
    bring.add_argument("--dry-run", action="store_true", help="say what would happen")
    add(iati, "validate", iati_commands.validate).add_argument("file", metavar="FILE.xml")
    add(iati, "lists", iati_commands.lists).add_argument("file", metavar="FILE")
    parts = add(iati, "split", iati_commands.split)
    parts.add_argument("file", metavar="FILE.xml")
    parts.add_argument("folder", metavar="FOLDER")


def _update_commands(commands: Commands) -> None:
    update = group(commands, "update", "look into and install an update file")
    for name, run in (("inspect", update_commands.inspect), ("apply", update_commands.apply)):
        add(update, name, run).add_argument("file", metavar="FILE.apsupdate")


def import_excel(session: Session) -> int:
    """Brings a workbook in: all good rows in one step, the others named."""
    from aps_desktop.cli import workbook_commands  # reading workbooks takes long to import

    return workbook_commands.import_excel(session)


def export_excel(session: Session) -> int:
    """Writes records as a workbook that can be edited and imported again."""
    from aps_desktop.cli import workbook_commands

    return workbook_commands.export_excel(session)


def draw_chart(session: Session) -> int:
    """Draws a dashboard chart into a .png, .svg or .pdf file; `chart list` names them."""
    from aps_desktop.cli import chart_commands

    return chart_commands.draw(session)


__all__ = ["add", "group", "main"]
