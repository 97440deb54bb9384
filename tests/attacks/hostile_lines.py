"""What a colleague may write whose signature is right: lines that break one rule at a time.

Made by code from a good bundle, none stored. Each takes the lines of every member, decoded, and
spoils them; a line given as bytes is written as it stands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from aps_desktop.domain.entities import entity

Lines = dict[str, list[Any]]
Spoil = Callable[[Lines], None]

REFUSED: dict[str, Spoil] = {}
"""Nothing of it may be merged, and it is said in words."""
TAKEN: dict[str, Spoil] = {}
"""Odd, but it cannot be told from honest work: merged whole, and the database stays sound."""

DEVICES, RECORDS, STEPS, CHANGES, SEALS = (
    f"{name}.jsonl" for name in ("devices", "records", "steps", "changes", "seals")
)
TITLE, BUDGET, START, PARENT = (
    entity("project").by_name[name].number
    for name in ("title", "budget", "planned_start", "previous_project")
)


def refused(make: Spoil) -> Spoil:
    REFUSED[make.__name__] = make
    return make


def taken(make: Spoil) -> Spoil:
    TAKEN[make.__name__] = make
    return make


def change(lines: Lines, field: int) -> list[Any]:
    """The last change of a field in the bundle."""
    found: list[Any] = [line for line in lines[CHANGES] if line[3] == field][-1]
    return found


def own(lines: Lines) -> int:
    """The number of the computer that made the changes."""
    return int(lines[CHANGES][-1][0])


def _put(member: str, place: int, value: object, at: int = -1) -> Spoil:
    def spoil(lines: Lines) -> None:
        line = list(lines[member][at])
        line[place] = value
        lines[member][at] = line

    return spoil


def _say(field: int, value: object) -> Spoil:
    def spoil(lines: Lines) -> None:
        change(lines, field)[7] = value

    return spoil


def _raw(member: str, line: bytes) -> Spoil:
    return lambda lines: lines[member].append(line)


# Numbers that are used twice, are none, or are too large

REFUSED |= {
    "a_device_without_a_number": _put(DEVICES, 0, None),
    "a_device_with_a_negative_number": _put(DEVICES, 0, -1),
    "a_device_id_in_capitals": _put(DEVICES, 1, "A" * 32),
    "a_device_id_that_is_too_short": _put(DEVICES, 1, "a" * 30),
    "a_record_id_with_spaces": _put(RECORDS, 1, "aa " * 16),
    "a_record_id_in_other_digits": _put(RECORDS, 1, "\u0663" * 32),
    "a_record_of_no_entity": _put(RECORDS, 2, 0),
    "a_record_of_a_huge_entity": _put(RECORDS, 2, 2**40),
    "a_record_number_beyond_64_bits": _put(RECORDS, 0, 2**63),
    "a_step_of_a_device_that_is_not_there": _put(STEPS, 0, 4711),
    "a_step_number_beyond_64_bits": _put(STEPS, 1, 2**63),
    "a_step_that_ends_before_it_begins": _put(STEPS, 2, 2**39),
    "a_stamp_beyond_64_bits": _put(STEPS, 5, 2**64),
    "a_time_long_before_time": _put(STEPS, 4, -(2**70)),
    "a_change_of_a_record_that_is_not_there": _put(CHANGES, 2, 4711),
    "a_change_of_a_step_that_is_not_there": _put(CHANGES, 4, 4711),
    "sequence_zero": _put(CHANGES, 1, 0),
    "a_sequence_beyond_its_bits": _put(CHANGES, 1, 2**40),
    "a_field_beyond_the_last": _put(CHANGES, 3, 1024),
    "a_negative_field": _put(CHANGES, 3, -1),
    "an_endless_number": _raw(CHANGES, b"[1," + b"9" * 5000 + b",1,1,1,0,0,null]"),
    "not_a_number": _raw(CHANGES, b"[1,NaN,1,1,1,0,0,null]"),
    "brackets_without_end": _raw(CHANGES, b"[" * 100_000),
    "an_object_for_a_line": _raw(CHANGES, b'{"device":1}'),
    "an_item_too_many": lambda lines: change(lines, TITLE).extend([[], [], 1]),
    "an_officer_with_an_endless_name": _put(STEPS, 6, "A" * 10_000),
    "a_step_with_endless_words": _put(STEPS, 9, "A" * 10_000),
    "a_computer_with_an_endless_name": _put(DEVICES, 3, "A" * 10_000),
    "bytes_that_are_no_text": _raw(RECORDS, b'[1,"\xff\xfe",1]'),
}


@refused
def a_device_number_twice(lines: Lines) -> None:
    lines[DEVICES].append([own(lines), "e" * 32, "LA", "Another one", ""])


@refused
def a_record_number_twice(lines: Lines) -> None:
    number, _, entity = lines[RECORDS][-1]
    lines[RECORDS].append([number, "e" * 32, entity])


@taken
def one_record_as_two_kinds(lines: Lines) -> None:
    number, id, entity = lines[RECORDS][-1]
    lines[RECORDS].append([number + 1000, id, entity + 1])


@refused
def one_change_twice_with_two_values(lines: Lines) -> None:
    line = change(lines, TITLE)
    lines[CHANGES].append([*line[:7], "Something else", *line[8:]])


@refused
def a_predecessor_without_a_number(lines: Lines) -> None:
    line = change(lines, TITLE)
    line[5:7] = [own(lines), 0]


@refused
def it_replaces_what_a_stranger_wrote(lines: Lines) -> None:
    change(lines, TITLE)[8:] = [[[4711, 1]], []]


@refused
def it_saw_more_than_there_can_be(lines: Lines) -> None:
    change(lines, TITLE)[8:] = [[], [[own(lines), 2**62]]]


# Who speaks

REFUSED |= {
    "a_step_in_the_name_of_the_secretariat": _put(STEPS, 7, "ASEC"),
    "a_step_in_nobodys_name": _put(STEPS, 7, ""),
}


@refused
def a_computer_that_says_it_came_with_the_program(lines: Lines) -> None:
    lines[DEVICES] = [[n, id, "", name, "shipped"] for n, id, _, name, _ in lines[DEVICES]]


@refused
def a_new_computer_of_the_secretariat(lines: Lines) -> None:
    """Nobody listed it, and no seal of the secretariat says that it is one of its own."""
    lines[DEVICES].append([4711, "e" * 32, "ASEC", "Laptop", ""])
    step, line = list(lines[STEPS][-1]), list(change(lines, TITLE))
    lines[STEPS].append([4711, 1, 1, 1, *step[4:7], "ASEC", *step[8:]])
    lines[CHANGES].append([4711, 1, line[2], TITLE, 1, 0, 0, "Ours", [], []])


@refused
def a_seal_in_anothers_name(lines: Lines) -> None:
    (device,) = [id for _, id, office, _, _ in lines[DEVICES] if office == "ASEC"]
    lines[SEALS].append([device, 1, 1, "0" * 64, "0" * 128])


REFUSED |= {
    "a_seal_that_is_none": _raw(SEALS, b'["what"]'),
    "a_seal_with_a_short_signature": _put(SEALS, 4, "00"),
    "a_seal_with_a_wrong_signature": _put(SEALS, 4, "0" * 128),
    "a_seal_of_another_chain": _put(SEALS, 3, "0" * 64),
}

# What a field cannot hold

REFUSED |= {
    "a_number_for_a_text": _say(TITLE, 7),
    "a_text_that_is_far_too_long": _say(TITLE, "x" * 500_000),
    "an_empty_text": _say(TITLE, ""),
    "a_text_with_space_around": _say(TITLE, " Flood warning "),
    "a_text_that_turns_direction": _say(TITLE, "Flood \u202egninraw"),
    "a_text_with_a_zero_byte": _say(TITLE, "Flood\0warning"),
    "a_text_with_a_line_feed": _say(TITLE, "Flood\nwarning"),
    "a_text_that_is_not_normalised": _say(TITLE, unicodedata.normalize("NFD", "Hợp tác")),
    "half_a_character": _raw(CHANGES, b'[1,1,1,2,1,0,0,"\\ud800"]'),
    "a_currency_that_is_none": _say(BUDGET, "ZZZ 100"),
    "money_with_a_fraction": _say(BUDGET, "USD 1.5"),
    "money_beyond_64_bits": _say(BUDGET, "USD 99999999999999999999"),
    "money_in_other_digits": _say(BUDGET, "USD \u0e51\u0e52"),
    "money_with_zeros_before": _say(BUDGET, "USD 007"),
    "a_day_that_never_was": _say(START, "2026-02-30"),
    "a_day_by_its_week": _say(START, "2026-W01-1"),
    "a_day_in_other_digits": _say(START, "\u0662\u0660\u0662\u0666-01-01"),
    "a_birth_that_is_no_object": _say(0, "[]"),
    "a_birth_that_is_cut": _say(0, '{"3":"Flood'),
    "a_birth_that_is_nothing": _say(0, None),
    "a_birth_of_brackets": _say(0, "[" * 100_000),
    "a_birth_with_an_impossible_value": _say(0, f'{{"{BUDGET}":"a lot"}}'),
    "neither_dead_nor_alive": _say(1023, "2"),
    "a_life_of_nothing": _say(1023, None),
}

# Odd, but who is to say

TAKEN |= {
    "a_clock_of_2099": _put(STEPS, 5, 4_070_908_800_000 << 16),
    "a_clock_of_1970": _put(STEPS, 5, 1),
    "the_last_stamp_there_is": _put(STEPS, 5, 2**62),
    "a_value_for_a_field_of_the_future": _put(CHANGES, 3, 900),
}


@taken
def a_predecessor_that_nobody_has(lines: Lines) -> None:
    """It waits for it, and is listed."""
    (other,) = [number for number, _, office, *_ in lines[DEVICES] if office == "ASEC"]
    change(lines, TITLE)[5:7] = [other, 2**39]


@taken
def changes_in_another_order(lines: Lines) -> None:
    lines[CHANGES].reverse()


@taken
def one_change_twice(lines: Lines) -> None:
    lines[CHANGES].append(list(lines[CHANGES][-1]))


@taken
def a_record_of_a_kind_of_the_future(lines: Lines) -> None:
    number = lines[CHANGES][-1][2]
    future = [number, "e" * 32, 2**31 - 1]
    lines[RECORDS] = [future if line[0] == number else line for line in lines[RECORDS]]


@refused
def a_change_that_replaces_itself(lines: Lines) -> None:
    line = change(lines, TITLE)
    line[5:7] = line[:2]


@refused
def two_changes_that_replace_each_other(lines: Lines) -> None:
    first, second = [line for line in lines[CHANGES] if line[3] == TITLE][-2:]
    first[5:7], second[5:7] = second[:2], first[:2]


@refused
def a_change_that_settles_itself(lines: Lines) -> None:
    line = change(lines, TITLE)
    line[8:] = [[line[:2]], []]


@refused
def a_deletion_that_saw_the_future(lines: Lines) -> None:
    change(lines, 1023)[8:] = [[], [[number, 2**40 - 1] for number, *_ in lines[DEVICES]]]


@taken
def a_record_that_names_itself(lines: Lines) -> None:
    """Its own parent: listed to be settled, and no list or tree may turn for ever."""
    line = change(lines, PARENT)
    (line[7],) = [id for number, id, _ in lines[RECORDS] if number == line[2]]


@taken
def a_reference_to_nothing(lines: Lines) -> None:
    change(lines, PARENT)[7] = "e" * 32
