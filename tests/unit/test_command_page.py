"""docs/command-line.md names every command and option that the program has, and no other."""

import argparse
import re
from collections.abc import Iterator

from aps_desktop.cli import commands
from tests.unit.test_house import ROOT

PAGE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")


def leaves(
    parser: argparse.ArgumentParser, name: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that does something, by its full name."""
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    for group in groups:
        for word, inner in group.choices.items():
            yield from leaves(inner, f"{name} {word}".strip())
    if not groups:
        yield name, parser


def described() -> dict[str, str]:
    """By command what the page says in its first cell: the way it is called."""
    found: dict[str, str] = {}
    for line in PAGE.splitlines():
        cell = re.split(r"(?<!\\)\|", line)[1] if line.startswith("| `") else ""
        for call in re.findall(r"`([^`]+)`", cell):
            words = call.split()
            name = " ".join(words[:2]) if words[:2] and " ".join(words[:2]) in NAMES else words[0]
            found[name] = call
    return found


COMMANDS = dict(leaves(commands._parser()))
NAMES = COMMANDS.keys()


def test_the_page_names_the_commands_that_there_are() -> None:
    said = described()
    assert NAMES - said.keys() == set()


def test_the_page_names_the_options_that_there_are() -> None:
    said = described()
    for name, parser in COMMANDS.items():
        own = {
            option for action in parser._actions for option in action.option_strings
            if option.startswith("--") and option not in ("--help", "--json", "--database")
        }  # fmt: skip
        assert own == set(re.findall(r"--[a-z-]+", said[name])), name
