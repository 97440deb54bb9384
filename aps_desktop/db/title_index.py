"""Finds titles by any three letters of theirs: an index beside `search_title` that may lag behind.

On SQLite a full-text table holds each title's trigrams (Thai, Khmer, Lao and Burmese have no blanks
between words), and nothing else: it says which titles may have the words, and `search_title` says
which have them. So what it still holds of titles that are gone or changed does no harm. It holds
the records up to a row number (`title_state`); what is newer, and what a trigger notes in
`title_tail` because it came or changed later, searching looks at one by one. A few are taken in
with a commit; many (an import, a merge, an older file) by `catch_up`, in the background, since that
takes several times as long as writing the titles.

On PostgreSQL pg_trgm does the same by itself, where the server lets us have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from weakref import WeakSet

from aps_desktop.db.connection import Connection, Row, placeholders
from aps_desktop.domain.entities import ENTITIES

MARK = "titles by trigrams"
"""In the mark of a file's layout: files without the index get it when they are opened."""
_RIDS = 1 << 40
"""A title's place in the index is its entity's number times this, and its row number."""
_FEW = 256
_MANY = 5_000
"""A commit takes in what waits when it is more than a few and not more than that."""
_PIECE = 4_000
"""So many records are taken in by one transaction in the background: some 50 ms."""
_LONG_TAIL = 20_000
_COMMON = 20_000
"""From so many titles on that may have the words, reading all names is as quick."""
_AMONG = "FROM title_index WHERE title_index MATCH ?"
_GRAMS = 24
_SAMPLE = 1_000

_seen: WeakSet[Connection] = WeakSet()
"""Connections that have found the index: it stays, and looking costs more than searching."""
_PLACE = f"tid * {_RIDS} + rid"
_SQLITE = (
    "CREATE VIRTUAL TABLE title_index USING fts5(folded, content='', columnsize=0, detail=none, "
    "tokenize='trigram case_sensitive 1')",
    "CREATE TABLE title_tail (tid INTEGER NOT NULL, rid INTEGER NOT NULL, "
    "PRIMARY KEY (tid, rid)) WITHOUT ROWID",
    "CREATE TABLE title_state (upto INTEGER NOT NULL)",
    "INSERT INTO title_state(upto) VALUES (0)",
    *(
        f"CREATE TRIGGER titled_{event.lower()} AFTER {event} ON search_title "
        "WHEN NEW.rid <= (SELECT upto FROM title_state) BEGIN "
        "INSERT OR IGNORE INTO title_tail(tid, rid) VALUES (NEW.tid, NEW.rid); END"
        for event in ("INSERT", "UPDATE")
    ),
)


def make(c: Connection) -> None:
    """Makes the index where it is not, empty: the titles that there are wait to be taken in."""
    if c.postgres:
        _make_on_server(c)
    elif not _is_there(c):
        for statement in _SQLITE:
            c.run(statement)


def _make_on_server(c: Connection) -> None:
    """Where the extension is not installed, or may not be, names are read one after another."""
    c.run("SAVEPOINT titles")
    try:
        c.run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        c.run(
            "CREATE INDEX IF NOT EXISTS ix_search_title_trigrams ON search_title "
            "USING gin (folded gin_trgm_ops)"
        )
    except Exception as error:
        if not type(error).__module__.startswith("psycopg"):
            raise
        c.run("ROLLBACK TO SAVEPOINT titles")
    c.run("RELEASE SAVEPOINT titles")


def _is_there(c: Connection) -> bool:
    if c in _seen:
        return True
    there = bool(c.value("SELECT 1 FROM sqlite_master WHERE name = 'title_index'"))
    if there:
        _seen.add(c)
    return there


# Keeping it ---------------------------------------------------------------------------------------


def keep_up(c: Connection) -> None:
    """Takes in what waits when it is neither little nor much; before every commit."""
    if c.postgres or not _is_there(c):
        return
    if _waits(c, _FEW) and not _waits(c, _MANY):
        _take_in(c, _MANY)


def catch_up(c: Connection) -> bool:
    """Takes in a piece of what waits, in a write transaction; whether more waits."""
    if c.postgres or not _is_there(c):
        return False
    _take_in(c, _PIECE)
    return _waits(c, _FEW)


def waits(c: Connection) -> bool:
    """Whether more titles wait than commits leave waiting."""
    return not c.postgres and _is_there(c) and _waits(c, _FEW)


def _waits(c: Connection, most: int) -> bool:
    """Whether more than that many records, or changed titles, are not in the index."""
    return (
        _newest(c) - _upto(c) > most
        or c.value(f"SELECT 1 FROM title_tail LIMIT 1 OFFSET {most}") is not None
    )


def _newest(c: Connection) -> int:
    return int(c.value("SELECT rid FROM local_state"))


def _upto(c: Connection) -> int:
    return int(c.value("SELECT upto FROM title_state"))


def refill(c: Connection) -> None:
    """Works the whole index out anew."""
    if c.postgres or not _is_there(c):
        return
    c.run("DROP TABLE title_index")
    c.run(_SQLITE[0])
    c.run("DELETE FROM title_tail")
    c.run("UPDATE title_state SET upto = 0")
    _take_in(c, _newest(c))


def _take_in(c: Connection, most: int) -> None:
    """Takes in so many changed titles, and the titles of so many newer records."""
    first = f"SELECT tid, rid FROM title_tail ORDER BY tid, rid LIMIT {most}"
    taken = f"INSERT INTO title_index(rowid, folded) SELECT {_PLACE}, folded FROM"
    c.run(f"{taken} ({first}) CROSS JOIN search_title USING (tid, rid)")
    c.run(f"DELETE FROM title_tail WHERE (tid, rid) IN ({first})")
    start = _upto(c)
    end = min(start + most, max(start, _newest(c)))
    c.run(f"{taken} search_title WHERE tid IN ({_titled()}) AND rid > ? AND rid <= ?", (start, end))
    c.run("UPDATE title_state SET upto = ?", (end,))


@lru_cache(maxsize=1)
def _titled() -> str:
    return ",".join(str(kind.number) for kind in ENTITIES)


def look_again(c: Connection) -> None:
    """Before an integrity check: what other connections wrote, the index notices when it is asked
    for something, and not when it is checked."""
    if not c.postgres and _is_there(c):
        c.value("SELECT rowid FROM title_index WHERE title_index MATCH '\"any\"' LIMIT 1")


def missing(c: Connection) -> int:
    """How many of some thousand titles the index should hold and does not."""
    if c.postgres or not _is_there(c):
        return 0
    every = max(1, int(c.value("SELECT count(*) FROM search_title")) // _SAMPLE)
    rows = c.all(
        f"SELECT tid, rid, folded FROM search_title s WHERE tid IN ({_titled()}) "
        f"AND rid % {every} = 0 AND length(folded) >= 3 AND NOT EXISTS "
        "(SELECT 1 FROM title_tail w WHERE w.tid = s.tid AND w.rid = s.rid) "
        "AND rid <= (SELECT upto FROM title_state)"
    )
    lost = 0
    for tid, rid, folded in rows:
        wanted = _expression([folded])
        found = "SELECT 1 FROM title_index WHERE title_index MATCH ? AND rowid = ?"
        lost += c.value(found, (wanted, tid * _RIDS + rid)) is None
    return lost


# Searching ----------------------------------------------------------------------------------------


def narrowed(c: Connection, tid: int, words: Sequence[str]) -> tuple[str, list[object]] | None:
    """SQL for the row numbers of all titles of an entity that may have these folded words, and its
    parameters; None where reading every title is as quick, or there is no other way."""
    wanted = _expression(words)
    return _hint(c, tid, wanted) if wanted and _is_useful(c) else None


def _hint(c: Connection, tid: int, wanted: str) -> tuple[str, list[object]] | None:
    among = f"{_AMONG} AND rowid BETWEEN ? AND ?"
    span: list[object] = [wanted, tid * _RIDS, (tid + 1) * _RIDS - 1]
    if _is_common(c, among, span):
        return None
    tail = (
        f"SELECT rid FROM title_tail WHERE tid = {int(tid)} UNION ALL SELECT rid FROM search_title "
        f"WHERE tid = {int(tid)} AND rid > (SELECT upto FROM title_state)"
    )
    return f"SELECT rowid - {tid * _RIDS} {among} UNION ALL {tail}", span


def _is_common(c: Connection, among: str, params: Sequence[object]) -> bool:
    counted = f"SELECT count(*) FROM (SELECT 1 {among} LIMIT {_COMMON + 1})"
    return bool(c.value(counted, params) > _COMMON)


def find(c: Connection, tids: Iterable[int], words: Sequence[str], limit: int) -> list[Row]:
    """(entity's number, row number, title) of the first titles with all these folded words, in
    the order of the entities' numbers and then of the row numbers."""
    numbers = sorted(tids)
    wanted = _expression(words)
    if not wanted or not _is_useful(c):
        return _read(c, numbers, words, limit)
    if not _is_common(c, _AMONG, [wanted]):
        places = (
            f"(SELECT rowid / {_RIDS} AS tid, rowid % {_RIDS} AS rid {_AMONG} "
            "UNION SELECT tid, rid FROM title_tail "
            f"UNION SELECT tid, rid FROM search_title WHERE tid IN ({_titled()}) "
            "AND rid > (SELECT upto FROM title_state)) w "
            "CROSS JOIN search_title USING (tid, rid) WHERE"
        )
        return _read(c, numbers, words, limit, places, [wanted])
    found: list[Row] = []
    for tid in numbers:
        if len(found) < limit:
            within, params = _hint(c, tid, wanted) or ("", [])
            table = f"search_title WHERE rid IN ({within}) AND" if within else "search_title WHERE"
            found += _read(c, [tid], words, limit - len(found), table, params)
    return found


def _read(
    c: Connection,
    tids: Sequence[int],
    words: Sequence[str],
    limit: int,
    source: str = "search_title WHERE",
    params: Sequence[object] = (),
) -> list[Row]:
    tests = " AND ".join("folded LIKE ? ESCAPE '!'" for _ in words)
    return c.all(
        f"SELECT tid, rid, folded FROM {source} {tests} "
        f"AND tid IN ({placeholders(tids)}) ORDER BY tid, rid LIMIT {limit}",
        [*params, *map(pattern, words), *tids],
    )


def pattern(word: str) -> str:
    """A word as LIKE with the escape "!" finds it anywhere in a text."""
    escaped = word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"


def _expression(words: Iterable[str]) -> str:
    """What the index is asked for: all trigrams of the words; "" if none has three letters."""
    grams = dict.fromkeys(gram for word in words for gram in _grams(word))
    return " AND ".join(f'"{gram.replace(chr(34), chr(34) * 2)}"' for gram in list(grams)[:_GRAMS])


def _grams(word: str) -> Iterator[str]:
    # What ends a text for SQLite, and halves of signs, are not in the index.
    plain = "\0" not in word and not any("\ud800" <= letter <= "\udfff" for letter in word)
    return (word[at : at + 3] for at in range(len(word) - 2 if plain else 0))


def _is_useful(c: Connection) -> bool:
    """Whether most titles are in the index."""
    if c.postgres or not _is_there(c):
        return False
    return not _waits(c, _LONG_TAIL)
