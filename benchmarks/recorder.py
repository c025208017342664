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

    A record under another head, such as that of other code, is started anew.
    """

    def __init__(self, path: Path, *, head: dict[str, Any]) -> None:
        known = read_summary(path) if path.exists() else {"runs": {}}
        self._path = path
        self.record: dict[str, Any] = known if head.items() <= known.items() else {**head, "runs": {}}

    def add(self, name: str, measure: Callable[[int], Any], *, number: int, code: str = "") -> None:
        """Measure and record run `number` (from 1), a dataclass, unless it is recorded already for the same code."""
        current = {"code": code} if code else {}
        known = self.record["runs"].get(name, [])
        runs = self.record["runs"][name] = [one for one in known if current.items() <= one.items()]
        if len(runs) >= number:
            return
        print(f"{name}, run {number}", file=sys.stderr, flush=True)
        runs.append({**current, **asdict(measure(number))})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_summary(self._path, self.record)


def committed_code(paths: Sequence[str], *, of: Path = Path()) -> str:
    """Return a name for the committed state of files and folders, of this repository or of the folder `of`.

    Raises:
        DenoisingError: when they have uncommitted changes, which a benchmark would not measure.
    """
    require_committed(paths, of=of)
    hashes = _git("rev-parse", *(f"HEAD:{path}" for path in paths), of=of).split()
    return "-".join(one[:8] for one in hashes)


def require_committed(paths: Sequence[str], *, of: Path = Path()) -> None:
    """Raise `DenoisingError` where files, folders or patterns have uncommitted changes."""
    changed = _git("diff", "--name-only", "HEAD", "--", *paths, of=of).split()
    if changed:
        raise DenoisingError(
            f"A benchmark measures what is committed. Commit the changes in {', '.join(changed)} first."
        )


def _git(*words: str, of: Path) -> str:
    return subprocess.run(["git", *words], cwd=of, capture_output=True, text=True, check=True).stdout
