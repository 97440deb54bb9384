"""A throw-away PostgreSQL server for the tests: its own folder, its own socket, gone afterwards."""

import getpass
import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

HINT = (
    "PostgreSQL is not installed: 'make test' does it for root; otherwise "
    "'sudo apt-get install -y postgresql' (elsewhere: put its bin folder on PATH)."
)
START_SECONDS = 60
SETTINGS = {
    # Nobody needs these databases after a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "40",
    "autovacuum": "off",
}


class PostgresServer:
    """Call `new_database()` for the URL of an empty database of its own."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._numbers = itertools.count(1)

    def new_database(self, name: str = "") -> str:
        """Makes an empty database and returns its `postgresql+psycopg://` URL."""
        name = name or f"test_{next(self._numbers)}"
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return f"postgresql+psycopg://aps@/{name}?host={quote(self._host)}&port={self._port}"

    def conninfo(self, database: str) -> str:
        return f"host={self._host} port={self._port} user=aps dbname={database}"

    __call__ = new_database


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Starts a new cluster and stops it at the end; LookupError with a hint if there is none."""
    initdb = find_program("initdb")
    # Not pytest's own folder: the path of a socket may have 107 characters at most, and the
    # server's user must be able to walk into it.
    folder = Path(tempfile.mkdtemp(prefix="aps-pg-"))
    try:
        owner = server_user()
        if owner:
            shutil.chown(folder, owner, owner)
        make_cluster(initdb, folder, owner)
        with started(initdb.with_name("postgres" + initdb.suffix), folder, owner) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_program(name: str) -> Path:
    """The newest installed one, then the one on PATH."""
    folders = [Path("/usr/lib/postgresql"), Path("C:/Program Files/PostgreSQL")]
    found = [path for folder in folders for path in folder.glob(f"*/bin/{name}*")]
    exact = [path for path in found if path.stem == name]
    if exact:
        return max(exact, key=lambda path: float(path.parent.parent.name))
    on_path = shutil.which(name)
    if on_path is None:
        raise LookupError(HINT)
    return Path(on_path).resolve()


def server_user() -> str | None:
    """Who runs the server: PostgreSQL refuses root. None means: the user of this process."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def make_cluster(initdb: Path, folder: Path, owner: str | None) -> None:
    # A language's order, as servers have in offices, and not the order of bytes: it shows where a
    # query relies on one. Servers before 15 know no such option.
    offered = subprocess.run([str(initdb), "--help"], capture_output=True, text=True, check=True)
    order = ["--locale-provider=icu", "--icu-locale=en-US"] if "--icu-" in offered.stdout else []
    command = [
        str(initdb), f"--pgdata={folder / 'data'}", "--username=aps", "--auth=trust",
        "--encoding=UTF8", "--locale=C", "--no-sync", *order,
    ]  # fmt: skip
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        cwd=folder, **as_user(owner),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")


@contextmanager
def started(postgres: Path, folder: Path, owner: str | None) -> Iterator[PostgresServer]:
    port = free_port()
    sockets = sys.platform != "win32"
    settings = dict(SETTINGS, port=str(port), listen_addresses="" if sockets else "127.0.0.1")
    if sockets:
        settings["unix_socket_directories"] = str(folder)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(postgres), "-D", str(folder / "data"), *options],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder, **as_user(owner),
        )  # fmt: skip
    try:
        server = PostgresServer(str(folder) if sockets else "127.0.0.1", port)
        wait_until_ready(server, process, log)
        yield server
    finally:
        # SIGINT is PostgreSQL's "fast" stop: it does not wait for clients to leave.
        process.send_signal(2) if sockets else process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(server: PostgresServer, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(server.conninfo("postgres"), connect_timeout=5).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                text = log.read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"PostgreSQL did not start:\n{text}") from error
            time.sleep(0.05)


def as_user(owner: str | None) -> dict[str, object]:
    """Keyword arguments for subprocess: nothing of this user's environment for another one."""
    if owner is None or owner == getpass.getuser():
        return {}
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
    return {"user": owner, "group": owner, "extra_groups": [], "env": environment}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
