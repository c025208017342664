"""Run a named experiment: the settings of experiments/NAME.yaml, applied to params.yaml.

    python -m tools.experiment NAME [OPTION ...]    # or: make experiment NAME=fast

It is `dvc exp run --name NAME -S ...` with these settings; further options are passed to DVC, such as `--queue` or
`-S train.seed=2`.
"""

import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, count
from pathlib import Path
from typing import Any

from denoising.errors import DenoisingError
from stages.parameters import SECTIONS
from stages.parameters.base import check_document, read_document
from stages.parameters.yaml12 import load_yaml
from stages.paths import EXPERIMENTS
from stages.run import run

RESTORE = "git restore --staged --worktree . && dvc checkout"
DVC = (sys.executable, "-m", "dvc")


def main() -> None:
    name, *options = sys.argv[1:] or [""]
    settings = read_experiment(name)
    check_document(merged(read_document(), settings), SECTIONS)
    listed = subprocess.run([*DVC, "exp", "list", "--name-only"], capture_output=True, text=True, check=False).stdout
    free = free_name(name, taken=listed.split())
    edited = subprocess.run(
        ["git", "status", "--porcelain", "-uno"], capture_output=True, text=True, check=False
    ).stdout
    if edited and not {"--queue", "--temp"} & set(options):
        print("There are uncommitted changes. Commit them first if you want to keep them.")
    status = subprocess.run([*DVC, "exp", "run", "--name", free, *changes(settings), *options], check=False).returncode
    if status:
        sys.exit(status)
    if not {"--queue", "--temp"} & set(options):
        print(
            f"\nThe results of {free} are in your working folder now. `{RESTORE}` restores what is committed;\n"
            "`dvc repro` makes what the cache does not contain."
        )


def free_name(name: str, *, taken: Collection[str]) -> str:
    """Return the name, with a number if an experiment on this commit has it: none is overwritten."""
    return next(free for free in chain([name], (f"{name}-{number}" for number in count(2))) if free not in taken)


def names(folder: Path = EXPERIMENTS) -> list[str]:
    """Return the names of all experiments."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def read_experiment(name: str, *, folder: Path = EXPERIMENTS) -> dict[str, Any]:
    """Return the settings of an experiment by section; raises `DenoisingError` for an unknown name."""
    if name not in (known := names(folder)):
        raise DenoisingError(
            f"There is no experiment called {name!r}. Known are {', '.join(known)}: `make experiment NAME=...`."
        )
    path = folder / f"{name}.yaml"
    settings = load_yaml(path.read_text(encoding="utf-8"), name=str(path))
    if not isinstance(settings, Mapping) or not all(isinstance(section, Mapping) for section in settings.values()):
        raise DenoisingError(f"{path} should contain sections, as params.yaml does.")
    return dict(settings)


def merged(document: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with its values replaced by the settings of an experiment."""
    result = dict(document)
    for name, value in settings.items():
        both = isinstance(value, Mapping) and isinstance(result.get(name), Mapping)
        result[name] = merged(result[name], value) if both else value
    return result


def changes(settings: Mapping[str, Any]) -> list[str]:
    """Return the settings as options of `dvc exp run`."""
    return [word for path, value in flatten(settings) for word in ("-S", f"{path}={value}")]


def flatten(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every setting with its dotted name."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


if __name__ == "__main__":
    run(main)
