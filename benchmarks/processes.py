"""Runs a command and measures its duration and memory."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

PAUSE = 0.05  # seconds between two looks at the private memory
KIB_OR_BYTES = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss


@dataclass(frozen=True)
class Cost:
    """Seconds from start to end; megabytes at the peak, with memory-mapped files, and private ones alone.

    Private (anonymous) memory cannot be given back by the system as that of a mapped file can; known on Linux only.
    """

    seconds: float
    peak: float
    private: float | None


def run(command: Sequence[str], *, folder: Path, environment: dict[str, str] | None = None) -> Cost:
    """Run a command in a folder; end this program with the command's output where it fails."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(environment or {})}, stdout=output, stderr=output
        )
        seen: dict[str, list[int]] = {"VmHWM": [], "RssAnon": []}
        ended = Event()
        watcher = Thread(target=_watch, args=(process.pid, seen, ended))
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        ended.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(output.read().decode(errors="replace"))
    if not seen["VmHWM"]:  # not Linux
        return Cost(seconds, usage.ru_maxrss * KIB_OR_BYTES / 1e6, None)
    return Cost(seconds, *(max(values) * 1024 / 1e6 for values in seen.values()))


def _watch(process: int, seen: dict[str, list[int]], ended: Event) -> None:
    """Note the highest resident memory yet, and the private one now; ru_maxrss would count what this process had."""
    while not ended.wait(PAUSE):
        try:
            status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            return
        for name, values in seen.items():
            values += [int(kilobytes) for kilobytes in re.findall(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)]
