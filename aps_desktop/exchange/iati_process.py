"""Talks to the child process for IATI: reading, checking, writing, taking newer lists."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.child_process import ChildProcess, never
from aps_desktop.exchange.iati_child import Task
from aps_desktop.exchange.iati_problem import Problem
from aps_desktop.exchange.limits import Limits

LIMITS = Limits(seconds=600)
"""A file of 300 MB takes minutes; memory does not grow with it."""


def _child(
    task: str,
    path: Path,
    today: date,
    *,
    out: str = "",
    most: int = 0,
    writes: bool = False,
    cancelled: Callable[[], bool] = never,
) -> ChildProcess:
    asked = Task(str(path.resolve()), today.isoformat(), out, replace(LIMITS), most)
    return ChildProcess(
        "exchange.iati_child", [task, msgspec.json.encode(asked).decode()],
        seconds=LIMITS.seconds, what=f"“{path.name}”", hint="Ask for the file in parts.",
        writes=writes, cancelled=cancelled,
    )  # fmt: skip


def writing(path: Path, today: date) -> ChildProcess:
    """A child that composes and checks the activities sent to it, and writes them to the file."""
    return _child("write", path, today, writes=True)


def checked(child: ChildProcess) -> tuple[int, int, list[Problem]]:
    """(activities, how many problems, those that are told) at the end of a child's work."""
    result: tuple[int, int, list[Problem]] | None = None
    for message in child.messages():
        if message[0] == "checked":
            result = message[1], message[2], msgspec.convert(message[3], list[Problem])
    if result is None:
        raise UserError("The check ended early.", "Try again.")
    return result


@contextlib.contextmanager
def reading(
    path: Path, today: date, cancelled: Callable[[], bool] = never
) -> Iterator[Iterator[list[Any]]]:
    """The frames of a child that reads a file: "version", "head", then each "activity".

    `cancelled` ends it also while the next frame is waited for.
    """
    _there(path)
    with _child("read", path, today, cancelled=cancelled) as child:
        yield child.messages()


def check(
    path: Path, today: date, cancelled: Callable[[], bool] = never
) -> tuple[int, int, list[Problem]]:
    """(activities, how many problems, those that are told) of a file."""
    _there(path)
    with _child("check", path, today, cancelled=cancelled) as child:
        return checked(child)


def take_lists(
    path: Path, folder: Path, today: date, cancelled: Callable[[], bool] = never
) -> list[str]:
    """Puts newer code lists, rules or schemas into the folder; their names."""
    _there(path)
    with _child("lists", path, today, out=str(folder), cancelled=cancelled) as child:
        return [name for message in child.messages() for name in message[1]]


def split(
    path: Path, folder: Path, most: int, today: date, cancelled: Callable[[], bool] = never
) -> list[str]:
    """Takes a file apart into files of at most so many records in the folder; their names."""
    _there(path)
    with _child("split", path, today, out=str(folder), most=most, cancelled=cancelled) as child:
        return [name for message in child.messages() for name in message[1]]


def _there(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"There is no file “{path.name}”.", "Choose the file again.")
