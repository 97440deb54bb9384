"""Drives programs on a screen of their own and times them by what changes there.

Xvfb keeps its picture in a file; keys and clicks go through the XTest extension, as a person's do.
"""

import ctypes
import mmap
import os
import subprocess
import time
from pathlib import Path

WIDTH, HEIGHT = 1600, 1000
_STRIDE = WIDTH * 4
_EVERY = 7
"""Every seventh line of pixels is compared: no text fits between two."""


class Screen:
    """A virtual screen with one program on it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24",
             "-fbdir", str(folder), "-nolisten", "tcp"],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writing)
        with os.fdopen(reading) as told:
            self.name = f":{told.readline().strip()}"
        self._x = ctypes.CDLL("libX11.so.6")
        self._test = ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XStringToKeysym.restype = ctypes.c_ulong
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(self.name.encode()))
        with (folder / "Xvfb_screen0").open("rb") as file:
            self._picture = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._head = len(self._picture) - _STRIDE * HEIGHT
        self._program: subprocess.Popen[bytes] | None = None

    def start(self, command: list[str], **environment: str) -> None:
        settings = {**os.environ, **environment, "DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb"}
        quiet = subprocess.DEVNULL
        self._program = subprocess.Popen(command, env=settings, stdout=quiet, stderr=quiet)

    def close(self) -> None:
        self._x.XCloseDisplay(self._display)
        self._picture.close()
        for process in (self._program, self._server):
            if process is not None:
                process.terminate()
                process.wait(timeout=20)

    # What a person does -------------------------------------------------------------------------

    def focus(self) -> None:
        """Gives the keyboard to the largest window: there is no window manager to do it."""
        root = self._x.XDefaultRootWindow(self._display)
        windows = self._children(root)
        largest = max(windows, key=self._area, default=0)
        self._x.XSetInputFocus(self._display, ctypes.c_ulong(largest), 1, ctypes.c_ulong(0))
        self._x.XSync(self._display, 0)

    def key(self, name: str, *held: str) -> None:
        codes = [self._code(one) for one in (*held, name)]
        for code in codes:
            self._test.XTestFakeKeyEvent(self._display, code, 1, ctypes.c_ulong(0))
        for code in reversed(codes):
            self._test.XTestFakeKeyEvent(self._display, code, 0, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def click(self, x: int, y: int) -> None:
        self._test.XTestFakeMotionEvent(self._display, -1, x, y, ctypes.c_ulong(0))
        for down in (1, 0):
            self._test.XTestFakeButtonEvent(self._display, 1, down, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def _code(self, name: str) -> int:
        symbol = ctypes.c_ulong(self._x.XStringToKeysym(name.encode()))
        return int(self._x.XKeysymToKeycode(self._display, symbol))

    def _children(self, window: int) -> list[int]:
        root, parent = ctypes.c_ulong(), ctypes.c_ulong()
        found, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        self._x.XQueryTree(
            self._display, ctypes.c_ulong(window), ctypes.byref(root), ctypes.byref(parent),
            ctypes.byref(found), ctypes.byref(count),
        )  # fmt: skip
        return [found[at] for at in range(count.value)]

    def _area(self, window: int) -> int:
        root, numbers = ctypes.c_ulong(), [ctypes.c_int() for _ in range(6)]
        refs = [ctypes.byref(number) for number in numbers]
        self._x.XGetGeometry(self._display, ctypes.c_ulong(window), ctypes.byref(root), *refs)
        return numbers[2].value * numbers[3].value

    # What a person sees --------------------------------------------------------------------------

    def seen(self, area: tuple[int, int, int, int]) -> bytes:
        """The pixels of (left, top, right, bottom), thinned."""
        left, top, right, bottom = area
        lines = []
        for y in range(top, bottom, _EVERY):
            at = self._head + y * _STRIDE
            lines.append(self._picture[at + 4 * left : at + 4 * right])
        return b"".join(lines)

    def settle(self, area: tuple[int, int, int, int], quiet: float = 0.6) -> float:
        """Waits until nothing has changed for `quiet` seconds; when the last change was."""
        last, changed = self.seen(area), time.perf_counter()
        while time.perf_counter() - changed < quiet:
            time.sleep(0.001)
            now = self.seen(area)
            if now != last:
                last, changed = now, time.perf_counter()
        return changed

    def timed(self, act, area: tuple[int, int, int, int], quiet: float = 1.0) -> float:
        """Milliseconds from what a person does to the last change that it makes."""
        self.settle(area, 0.3)
        before = self.seen(area)
        begun = time.perf_counter()
        act()
        while self.seen(area) == before:
            if time.perf_counter() - begun > 20:
                raise TimeoutError("nothing changed on the screen")
            time.sleep(0.0005)
        return (self.settle(area, quiet) - begun) * 1000
