"""Errors that a person can act on; anything else is a bug and is logged with its traceback."""

from __future__ import annotations


class UserError(Exception):
    """Something a person can understand and mend: what happened, and what to do about it."""

    def __init__(self, message: str, hint: str = "", *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InvalidValue(UserError):
    """A value that its field cannot hold."""


class NotFound(UserError):
    """A record, entity or field that is not there."""


class ReadOnly(UserError):
    """The database can be read but not changed."""
