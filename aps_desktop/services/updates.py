"""Updates without a network: what a file would install, whether a newer version is known of.

Nothing is ever downloaded. Somebody brings an update file; it is verified, the database is backed
up, and the system's own installer gets what was inside.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aps_desktop import __version__
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.store import put_setting, setting
from aps_desktop.domain.errors import UserError
from aps_desktop.paths import data_dir, edition, program_dir
from aps_desktop.services import backup
from aps_desktop.sync import update_file
from aps_desktop.sync.release_key import RELEASE_KEYS
from aps_desktop.sync.update_file import UpdateFile, UpdateRefused, number

EDITIONS = {
    "windows-user": "Windows, installed for one account",
    "windows-machine": "Windows, installed for all accounts",
    "windows-portable": "Windows, portable",
    "linux-deb": "Debian or Ubuntu",
    "linux-rpm": "Fedora or openSUSE",
    "linux-portable": "Linux, portable",
    "": "a copy that was not installed by a package",
}
"""What each kind of installation is called."""
_NEWEST = "newest_app"


@dataclass(frozen=True, slots=True)
class Handover:
    """What happens once the program has ended. `command` starts the installer; without one the
    officer (or the administrator) does what `words` say."""

    words: str
    command: tuple[str, ...] = ()
    backup: Path | None = None
    file: Path | None = None


def inspect(
    path: Path,
    *,
    keys: Sequence[str] | None = None,
    running: str = __version__,
    here: str = "",
) -> UpdateFile:
    """Verifies an update file and whether it fits here. UpdateRefused says why it does not.

    `keys`, `running` and `here` stand for this program's release keys, version and edition.
    """
    update = _fitting(path, RELEASE_KEYS if keys is None else keys, running, here or edition())
    update_file.check(update)
    return update


def _fitting(path: Path, keys: Sequence[str], running: str, here: str) -> UpdateFile:
    """Only the signed head: a file that does not fit is refused before its 90 MB are read."""
    update = update_file.head(path, keys)
    manifest = update.manifest
    if manifest.product != "aps-desktop":
        raise UpdateRefused("This is an update of another program.")
    if manifest.platform != here:
        made_for = EDITIONS.get(manifest.platform, manifest.platform)
        raise UpdateRefused(
            f"This update is for another kind of installation: {made_for}.",
            f"This computer has: {EDITIONS.get(here, here)}. Ask for the file for that.",
        )
    if number(manifest.version) == number(running):
        raise UpdateRefused(f"Version {running} is installed already.")
    if number(manifest.version) < number(running):
        raise UpdateRefused(
            f"This is the older version {manifest.version}; {running} is installed.",
            "An older version could open your database for reading only.",
        )
    return update


def prepare(db: Database | None, update: UpdateFile) -> Handover:
    """Backs the database up and lays the installer ready; how it is started."""
    saved = backup.before(db, "update") if db is not None and not db.read_only else None
    shutil.rmtree(_laid_ready(), ignore_errors=True)
    folder = _laid_ready() / update.manifest.version
    try:
        folder.mkdir(parents=True)
        file = update_file.unpack(update, folder)
        return _handover(update, file, saved)
    except OSError as error:
        shutil.rmtree(_laid_ready(), ignore_errors=True)
        raise UserError(
            "There is not enough room for the update.", "Nothing was installed."
        ) from error


def _laid_ready() -> Path:
    """The folder of installers that wait, one inside for each version."""
    return data_dir() / "updates"


def tidy(running: str = __version__) -> None:
    """Removes the installers that have done their work; a version that still waits stays."""
    try:
        folders = [p for p in _laid_ready().iterdir() if number(p.name) <= number(running)]
    except OSError:
        return
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _handover(update: UpdateFile, file: Path, saved: Path | None) -> Handover:
    version, platform = update.manifest.version, update.manifest.platform
    command: tuple[str, ...]
    if platform == "windows-user":
        # /D is NSIS's own: last, and never in quotes.
        where = program_dir().parent
        command = (str(file), "/WAIT=60", "/START", f"/D={where}")
        return Handover(f"The installer of version {version} starts now.", command, saved, file)
    if platform == "windows-machine":
        words = f"The installer of version {version} starts now. Windows asks for an administrator."
        return Handover(words, ("msiexec", "/i", str(file), "/passive"), saved, file)
    if platform.endswith("-portable"):
        return _beside(update, file, saved)
    tool = "apt install" if platform == "linux-deb" else "dnf install"
    line = f"sudo {tool} {shlex.quote(str(file))}"
    if platform == "linux-deb" and shutil.which("pkexec"):
        command = ("pkexec", "apt-get", "install", "--yes", str(file))
        words = f"Your system installs version {version} now and asks for an administrator."
        return Handover(words, command, saved, file)
    return Handover(f"An administrator installs it with this line:\n{line}", (), saved, file)


def _beside(update: UpdateFile, file: Path, saved: Path | None) -> Handover:
    """A portable copy: the new version is unpacked beside this one and finds the same data.

    It is unpacked out of sight and moved when it is whole: a full disk leaves no half version.
    """
    home = program_dir().parent
    with tempfile.TemporaryDirectory(prefix=".aps-update-", dir=home) as hidden:
        draft = Path(hidden)
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                archive.extractall(draft)  # noqa: S202 - zipfile keeps within; the key signed it
        else:
            with tarfile.open(file) as archive:
                archive.extractall(draft, filter="data")
        _keep_mark(draft)
        made = _moved(draft, home) or [update.manifest.version]
    file.unlink()
    words = f"Version {update.manifest.version} is in the folder “{made[0]}” beside this one."
    return Handover(f"{words} Start it there from now on; it finds the same data.", (), saved)


def _moved(draft: Path, home: Path) -> list[str]:
    """Moves what was unpacked to where it stays; the names. What is there already is not touched:
    UserError."""
    made = sorted(draft.iterdir())
    for one in made:
        if (home / one.name).exists():
            raise UserError(
                f"There is “{one.name}” already, beside this version.",
                "Start the program from there, or remove the folder and try again.",
            )
    for one in made:
        one.rename(home / one.name)
    return [one.name for one in made]


def _keep_mark(draft: Path) -> None:
    """What was portable stays portable: the mark goes along into the new folder."""
    mark = program_dir() / "portable.txt"
    for folder in draft.iterdir():
        inside = folder / "edition.txt"
        if mark.exists() and inside.exists() and not (folder / mark.name).exists():
            shutil.copy(mark, folder)


def start(handover: Handover) -> None:
    """Starts the installer, on its own feet: it outlives this program."""
    if not handover.command:
        return
    command = list(handover.command)
    if sys.platform == "win32":
        subprocess.Popen(windows_line(command), close_fds=True)
        return
    subprocess.Popen(command, start_new_session=True)


def windows_line(command: Sequence[str]) -> str:
    """A command as one line for Windows; NSIS wants /D=… without quotes, also with spaces in it."""
    *first, last = command
    if not last.startswith("/D="):
        return subprocess.list2cmdline(command)
    return f"{subprocess.list2cmdline(first)} {last}"


def newest_known(c: Connection) -> str:
    """The newest version that this installation has heard of in bundles, its own included."""
    heard = setting(c, _NEWEST)
    return heard if number(heard) > number(__version__) else __version__


def newer_at_hand(c: Connection) -> str:
    """The newer version that others have, or nothing."""
    newest = newest_known(c)
    return newest if number(newest) > number(__version__) else ""


def heard_of(c: Connection, *versions: str) -> None:
    """Keeps the newest version that a bundle named; inside a write transaction."""
    newest = max((newest_known(c), *versions), key=number)
    if number(newest) > number(setting(c, _NEWEST) or "0.0.0"):
        put_setting(c, _NEWEST, newest)


def newest_beside(bundle: Path) -> UpdateFile | None:
    """The newest update in a bundle's folder that may be installed: both come on one stick.

    A stick with the files of all systems has 600 MB: of those that fit, only as many are read
    whole as it takes to find a good one.
    """
    fitting = []
    try:
        files = [p for p in bundle.parent.iterdir() if p.suffix.lower() == update_file.SUFFIX]
    except OSError:
        return None
    here = edition()
    for file in files:
        # for another platform, or not to be believed: whoever opens it is told
        with suppress(UpdateRefused):
            fitting.append(_fitting(file, RELEASE_KEYS, __version__, here))
    for update in sorted(fitting, key=lambda one: number(one.manifest.version), reverse=True):
        with suppress(UpdateRefused):
            update_file.check(update)
            return update
    return None
