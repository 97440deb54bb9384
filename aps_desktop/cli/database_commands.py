"""Commands about the database itself: init, demo, digest, check, backup, restore, passphrase."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from aps_desktop.cli.session import DONE, NEEDS_A_PERSON, Session
from aps_desktop.db import digest as digests
from aps_desktop.db import encryption, recovery, store
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.services import backup, checking, working


def init(session: Session) -> int:
    """A new database with the shipped lists."""
    from aps_desktop.services import offices

    a = session.arguments
    db = offices.start(
        session.location, office=a.office, device=a.device, passphrase=session.passphrase
    )
    try:
        if a.officer:
            working.name_officer(db, a.officer)
        id, office, device = store.this_device(db.reader())
    finally:
        db.close()
    document = {
        "database": session.location,
        "office": office,
        "device": device,
        "device_id": str(id),
        "encrypted": db.encrypted,
    }
    session.answer(document, f"Made {session.location} for {office}, {device}.")
    return DONE


def officer(session: Session) -> int:
    """Who is working: the name beside the changes made from now on."""
    name = session.arguments.name
    with session.database() as db:
        said = working.name_officer(db, name) if name else working.officer(db.reader())
    session.answer({"officer": said}, said or "Nobody has said who is working here.")
    return DONE


def demo(session: Session) -> int:
    """Fictitious data in a new database."""
    from aps_desktop.services import demo as demo_data
    from aps_desktop.services import offices

    a = session.arguments
    try:
        db = store.open_database(session.location, session.passphrase)
    except NotFound:
        db = offices.start(
            session.location, office="ASEC", device="Demo", passphrase=session.passphrase
        )
    try:
        counts = demo_data.fill(db, a.size, a.seed, session.progress)
    finally:
        db.close()
    session.answer(
        {"counts": counts, "database": session.location},
        "\n".join(f"{name}: {n:,}" for name, n in counts.items()),
    )
    return DONE


def digest(session: Session) -> int:
    """SHA-256 over the replicated state."""
    with session.database() as db, db.snapshot() as c:
        value, counts = digests.digest(c)
    session.answer({"digest": value, "counts": counts}, value)
    return DONE


def check(session: Session) -> int:
    """Checks the database; with --repair mends what can be worked out from the log."""
    with session.database() as db:
        work = checking.repair if session.arguments.repair else checking.check
        found = work(db, session.progress)
    document = {
        "ok": found.ok,
        "problems": [asdict(problem) for problem in found.problems],
        "mended": found.mended,
        "backup": str(found.backup) if found.backup else None,
    }
    words = [problem.message for problem in found.problems] or ["Everything is in order."]
    if found.mended:
        words.append(f"{found.mended} problems were mended.")
    session.answer(document, "\n".join(words))
    return DONE if found.ok else NEEDS_A_PERSON


def back_up(session: Session) -> int:
    """A verified copy."""
    target = Path(session.arguments.out)
    with session.database() as db:
        found = backup.to_file(db, target)
    document = {
        "backup": str(target),
        "bytes": target.stat().st_size,
        "records": found.records,
        "changes": found.changes,
        "verified": True,
    }
    session.answer(document, f"{target}: {found.records:,} records, verified.")
    return DONE


def restore(session: Session) -> int:
    """Puts a backup in the place of the database."""
    with session.alone():
        done = backup.restore(session.location, Path(session.arguments.file), session.passphrase)
    with session.database() as db:
        id, office, device = store.this_device(db.reader())
    document = {
        "database": session.location,
        "office": office,
        "device": device,
        "device_id": str(id),
        "records": done.records,
        "previous": str(done.previous) if done.previous else None,
        "damaged": str(done.damaged) if done.damaged else None,
    }
    words = f"Restored {session.location}: {done.records:,} records."
    if done.damaged:
        words += f"\nThe damaged database is kept as {done.damaged}."
    session.answer(document, words)
    return DONE


def recover(session: Session) -> int:
    """Puts a damaged database right, from what is whole in it or from the newest whole backup."""
    if store.on_server(session.location):
        raise UserError("A database on a server is not recovered from here.", "Ask its keeper.")
    with session.alone():
        done, used = backup.recover(session.location, session.passphrase)
    document = {
        "database": session.location,
        "records": done.records,
        "from": str(used) if used else "the damaged file",
        "damaged": str(done.damaged) if done.damaged else None,
    }
    words = f"Recovered {done.records:,} records from {document['from']}."
    if done.damaged:
        words += f"\nThe damaged database is kept as {done.damaged}."
    session.answer(document, words)
    return NEEDS_A_PERSON


def passphrase(session: Session) -> int:
    """Sets, changes or removes the database's passphrase."""
    what = session.arguments.what
    with session.alone(), session.database() as db:
        if what == "set":
            encryption.set_passphrase(db, _new_passphrase(session))
        elif what == "change":
            encryption.change_passphrase(db, _new_passphrase(session))
        else:
            encryption.remove_passphrase(db)
        encrypted = db.encrypted
    words = "The database is locked now." if encrypted else "The database is an ordinary file now."
    session.answer({"database": session.location, "encrypted": encrypted}, words)
    session.say("Backups made before this stay as they were.")
    return DONE


def _new_passphrase(session: Session) -> str:
    if not session.new_passphrase.strip():
        raise UserError("There is no new passphrase.", "Put it into APS_NEW_PASSPHRASE.")
    return session.new_passphrase


def after_damage(session: Session, error: UserError) -> str:
    """What to do about a database that cannot be opened: which backup there is."""
    location = Path(session.location)
    if store.on_server(session.location) or not location.exists():
        return error.hint
    if not recovery.is_damage(error) and not isinstance(error, store.PassphraseNeeded):
        return error.hint
    found = backup.newest_verified(location, session.passphrase)
    if found is None:
        return error.hint
    return (
        f"{error.hint} If the file is damaged: “recover” puts it right; the newest whole backup is "
        f"of {found.at:%d %b %Y %H:%M}: {found.path}"
    )
