"""Records the runs of a benchmark as soon as each ends, so that an interrupted one goes on where it stopped."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from denoising.errors import DenoisingError
from denoising.io.tables import read_summary, write_summary


class Recorder:
    """Records runs by name in a file, and knows how many of each there are.

    A record under another head, such as that of other code, is started anew. A run that lacks one of the values of
    `current`, which each run gets, is measured again.
    """

    def __init__(self, path: Path, *, head: dict[str, Any], current: dict[str, Any] | None = None) -> None:
        known = read_summary(path) if path.exists() else {"runs": {}}
        self._path, self._current = path, current or {}
        self.record: dict[str, Any] = known if head.items() <= known.items() else {**head, "runs": {}}

    def add(self, name: str, measure: Callable[[int], Any], *, number: int) -> None:
        """Measure and record run `number` (from 1), a dataclass, unless it is recorded already."""
        known = self.record["runs"].get(name, [])
        runs = self.record["runs"][name] = [one for one in known if self._current.items() <= one.items()]
        if len(runs) >= number:
            return
        print(f"{name}, run {number}", file=sys.stderr, flush=True)
        runs.append({**self._current, **asdict(measure(number))})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_summary(self._path, self.record)


def committed_code(paths: Sequence[str]) -> str:
    """Return a name for the committed state of files and folders.

    Raises:
        DenoisingError: when they have uncommitted changes, which a benchmark would not measure.
    """
    if subprocess.run(["git", "diff", "--quiet", "HEAD", "--", *paths], check=False).returncode:
        raise DenoisingError(f"A benchmark measures what is committed. Commit the changes in {', '.join(paths)} first.")
    names = [f"HEAD:{path}" for path in paths]
    hashes = subprocess.run(["git", "rev-parse", *names], capture_output=True, text=True, check=True).stdout.split()
    return "-".join(one[:8] for one in hashes)
