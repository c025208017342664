"""Run a named experiment: the settings of experiments/NAME.yaml, over those of params.yaml.

    python -m tools.experiment NAME [OPTION ...]    # or: make experiment NAME=fast

It is `dvc exp run --name NAME -S ...` with these settings; further options are handed to DVC, such as `--queue` or
`-S train.seed=2`.
"""

import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, count
from pathlib import Path
from typing import Any

from stages.check import SECTIONS
from stages.lib import failure
from stages.lib.failure import Mistake
from stages.lib.parameters import document_mistakes, read_document, refuse
from stages.lib.yaml12 import load_yaml

FOLDER = Path("experiments")
BACK = "git restore --staged --worktree . && dvc checkout"
DVC = (sys.executable, "-m", "dvc")


def main() -> None:
    name, *options = sys.argv[1:] or [""]
    settings = read_experiment(name)
    refuse(document_mistakes(merged(read_document(), settings), SECTIONS))
    listed = subprocess.run([*DVC, "exp", "list", "--name-only"], capture_output=True, text=True, check=False).stdout
    free = free_name(name, taken=listed.split())
    edited = subprocess.run(
        ["git", "status", "--porcelain", "-uno"], capture_output=True, text=True, check=False
    ).stdout
    if edited and not {"--queue", "--temp"} & set(options):
        print("There are changes that you have not committed: commit them first if you want to go back to them.")
    status = subprocess.run([*DVC, "exp", "run", "--name", free, *changes(settings), *options], check=False).returncode
    if status:
        sys.exit(status)
    if not {"--queue", "--temp"} & set(options):
        print(
            f"\n{free} is in your working folder now. `{BACK}` brings back what is committed;\nif the cache does "
            "not hold it yet, `dvc repro` makes it."
        )


def free_name(name: str, *, taken: Collection[str]) -> str:
    """Return the name, with a number if an experiment on this commit has it already: none is overwritten."""
    return next(free for free in chain([name], (f"{name}-{number}" for number in count(2))) if free not in taken)


def names(folder: Path = FOLDER) -> list[str]:
    """Return the names of all experiments."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def read_experiment(name: str, *, folder: Path = FOLDER) -> dict[str, Any]:
    """Return the settings of an experiment, a section each; raise Mistake where there is none of this name."""
    if name not in (known := names(folder)):
        raise Mistake(
            f"There is no experiment called {name!r}. Known are {', '.join(known)}: `make experiment NAME=...`."
        )
    path = folder / f"{name}.yaml"
    settings = load_yaml(path.read_text(encoding="utf-8"), name=str(path))
    if not isinstance(settings, Mapping) or not all(isinstance(section, Mapping) for section in settings.values()):
        raise Mistake(f"{path} should hold sections as params.yaml does.")
    return dict(settings)


def merged(document: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with the settings of an experiment in place of its own."""
    result = dict(document)
    for name, value in settings.items():
        both = isinstance(value, Mapping) and isinstance(result.get(name), Mapping)
        result[name] = merged(result[name], value) if both else value
    return result


def changes(settings: Mapping[str, Any]) -> list[str]:
    """Return the options that tell `dvc exp run` of the settings."""
    return [word for path, value in paths(settings) for word in ("-S", f"{path}={value}")]


def paths(settings: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every setting with its dotted name."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from paths(value, f"{place}{name}.")
        else:
            yield f"{place}{name}", value


if __name__ == "__main__":
    failure.run(main)
