"""SQL for what the log says of a record as a whole: which birth counts, and whether it lives.

Both are expressions over a row of `record`.
"""

from __future__ import annotations

from aps_desktop.db import log
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.fields import LIFE

_RID = f"(rid << {log.FIELD_BITS})"
DEVICE_OF = f"d.ord = (o.dot >> {log.SEQUENCE_BITS})"
_NO_PROPOSAL = "NOT EXISTS (SELECT 1 FROM op_proposal x WHERE x.dot = o.dot)"
COUNTS = f"NOT EXISTS (SELECT 1 FROM op_held x WHERE x.dot = o.dot) AND {_NO_PROPOSAL}"
"""Ops that stand: those that wait for another one, and proposals, do not. For a record's life an
op counts also while it waits: somebody worked on the record."""

_BIRTHS = f"SELECT o.dot FROM history h JOIN op o ON o.dot = h.dot WHERE h.cell = {_RID}"
BIRTH_SQL = (
    f"CASE WHEN length(uuid) > 16 THEN NULL WHEN birth IN ({_BIRTHS}) THEN birth "
    "ELSE (SELECT o.dot FROM history h "
    f"JOIN op o ON o.dot = h.dot JOIN device d ON {DEVICE_OF} WHERE h.cell = {_RID} "
    "ORDER BY o.hlc DESC, d.uuid DESC, o.dot DESC LIMIT 1) END"
)
"""The birth of a row of `record`: the one that is kept, if the log has it; of what is kept apart
(`db.namesakes`) there is none."""

_DELETIONS = (
    f"SELECT o.dot FROM history l JOIN op o ON o.dot = l.dot AND o.val = '0' AND {_NO_PROPOSAL} "
    f"WHERE l.cell = ({_RID} | {LIFE})"
)
_UNSEEN = (
    "SELECT 1 FROM history h JOIN op o ON o.dot = h.dot "
    f"WHERE h.cell BETWEEN {_RID} AND ({_RID} | {LIFE}) AND {_NO_PROPOSAL} "
    f"AND NOT (h.cell = ({_RID} | {LIFE}) AND o.val = '0') AND NOT EXISTS ("
    f"SELECT 1 FROM op_seen s WHERE s.dot IN ({_DELETIONS}) "
    f"AND s.device = (h.dot >> {log.SEQUENCE_BITS}) "
    f"AND s.seq >= (h.dot & {(1 << log.SEQUENCE_BITS) - 1}))"
)
_KNOWN = f"tid IN ({', '.join(str(number) for number in (*BY_NUMBER, MEMBER.number))})"
ALIVE_SQL = (
    f"CASE WHEN birth IS NOT NULL AND {_KNOWN} "
    "AND NOT EXISTS (SELECT 1 FROM united u WHERE u.rid = record.rid) "
    f"AND EXISTS ({_UNSEEN}) THEN 1 ELSE 0 END"
)
"""1 where some op of the record, a deletion apart, was not seen by any deletion of it, unless
another record stands for it. A record of a newer version's kind lives only after the update."""
