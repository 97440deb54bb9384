"""The corpus: files that somebody might send, each breaking one rule. Made by code, none stored."""

from __future__ import annotations

from tests.attacks import hostile_contents, hostile_senders, hostile_zips  # noqa: F401 - they join
from tests.attacks.hostile_attack import ATTACKS

__all__ = ["ATTACKS"]
