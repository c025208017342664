"""Run a named experiment: the sections in experiments/NAME.yaml, in place of those in the committed params.yaml.

    python -m tools.experiment NAME [OPTION ...]    # or: make experiment NAME=fast

It is `dvc exp run --name NAME -S ...` with these settings. Nothing that ran before changes them: the other sections are
those of the last commit. Further options are passed to DVC, such as `--queue` or `-S train.seed=2`.
"""

import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, count
from pathlib import Path
from typing import Any

from denoising.errors import DenoisingError
from stages.parameters.document import check_document, parse_document, read_document
from stages.paths import EXPERIMENTS, PARAMS
from stages.run import run
from tools.commands import DVC, committed
from tools.watched import run_dvc

COMMITTED = "committed"  # in place of the name of an experiment: the committed parameters
RESTORE = "git restore --staged --worktree ."


def main() -> None:
    name, *options = sys.argv[1:] or [""]
    settings = read_experiment(name)
    base, current = committed_document(), read_document()
    target = {**base, **settings}
    check_document(target)
    known = (("exp", "list", "--name-only"), ("queue", "status"))  # the second names those that have not run yet
    listed = [subprocess.run([*DVC, *of], capture_output=True, text=True, check=False).stdout for of in known]
    free = free_name(name, taken=" ".join(listed).split())
    in_workspace = not {"--queue", "--temp"} & set(options)
    tell_uncommitted(base, current, settings, in_workspace=in_workspace)
    if status := run_dvc("exp", "run", "--name", free, *changes(current, target), *options):
        sys.exit(status)
    if in_workspace:
        print(
            f"\nThe results of {free} are in your working folder now. `{RESTORE}` restores what is\n"
            "committed; then `make run` takes data and models from the cache, or makes them."
        )


def committed_document() -> Mapping[str, Any]:
    """Return the committed params.yaml; raises `DenoisingError` where nothing is committed."""
    return parse_document(committed(PARAMS), name=f"the committed {PARAMS}")


def tell_uncommitted(
    base: Mapping[str, Any], current: Mapping[str, Any], settings: Mapping[str, Any], *, in_workspace: bool
) -> None:
    """Say which parameters of the working folder the experiment does not use, and which changes it will mix with."""
    known, edited = dict(flatten(base)), dict(flatten(current))
    unused = [path for path, value in edited.items() if known.get(path) != value and path.split(".")[0] not in settings]
    if unused:
        print(
            f"An experiment starts from the committed {PARAMS}. Not used: {', '.join(unused)}. Pass them as options, "
            f"such as -S {unused[0]}={written(edited[unused[0]])}, or commit them first."
        )
    changed = subprocess.run(
        ["git", "status", "--porcelain", "-uno"], capture_output=True, text=True, check=False
    ).stdout
    if changed and in_workspace:
        print("There are uncommitted changes. Commit them first if you want to keep them.")


def free_name(name: str, *, taken: Collection[str]) -> str:
    """Return the name, with a number if an experiment on this commit has it: none is overwritten."""
    return next(free for free in chain([name], (f"{name}-{number}" for number in count(2))) if free not in taken)


def names(folder: Path = EXPERIMENTS) -> list[str]:
    """Return the names of all experiments."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def read_experiment(name: str, *, folder: Path = EXPERIMENTS) -> dict[str, Any]:
    """Return the sections of an experiment, each complete; raises `DenoisingError` for an unknown name."""
    if name not in (known := names(folder)):
        raise DenoisingError(
            f"There is no experiment called {name!r}. Known are {', '.join(known)}: `make experiment NAME=...`."
        )
    path = folder / f"{name}.yaml"
    return dict(parse_document(path.read_bytes(), name=str(path)))


def changes(current: Mapping[str, Any], target: Mapping[str, Any]) -> list[str]:
    """Return what leads from the current parameters to others, as options of `dvc exp run`."""
    have, want = dict(flatten(current)), dict(flatten(target))
    removed = [f"~{path}" for path in have if path not in want]
    changed = [
        f"{'' if path in have else '+'}{path}={written(value)}"
        for path, value in want.items()
        if path not in have or have[path] != value
    ]
    return [word for change in (*removed, *changed) for word in ("-S", change)]


def written(value: Any) -> str:
    """Return a value as DVC reads it in an option."""
    return f"[{','.join(map(written, value))}]" if isinstance(value, list) else str(value)


def flatten(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every setting with its dotted name."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


if __name__ == "__main__":
    run(main)
