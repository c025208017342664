"""Says what a sweep has found: a table, the importance of each parameter, and the best setting as an experiment."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import optuna
import yaml
from optuna.importance import FanovaImportanceEvaluator, get_param_importances
from optuna.trial import FrozenTrial, TrialState

from denoising.errors import DenoisingError
from denoising.io.atomic import replacing
from stages.paths import EXPERIMENTS
from tools.search_space import SWEEPS, Sweep, with_values
from tools.sweep_study import MACHINE, MESSAGE, counted
from tools.sweep_trials import TRIAL_LOGS

LEAST_FOR_IMPORTANCE = 4  # trials
ENDED = {TrialState.PRUNED: "stopped early", TrialState.FAIL: "failed"}


def summary(name: str, study: optuna.Study, sweep: Sweep, own: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Yield all trials as a Markdown table, the best first, and the importance of the parameters.

    The trial with the experiment's `own` values is named after it.
    """
    names, trials = list(sweep.search), counted(study)
    complete = ranked(trials, sweep)
    count = f"{len(trials)} of {sweep.trials} trials"
    yield f"`make sweep NAME={name}`: {count} of `{sweep.experiment}`{with_fixed(sweep)}."
    yield ""
    yield f"| trial | {sweep.metric} | {' | '.join(names)} |"
    yield f"|---|---|{'---|' * len(names)}"
    for trial in (*complete, *(of for of in trials if of.state in ENDED)):
        result = ENDED.get(trial.state) or shown(trial.value)
        number = f"{trial.number} ({sweep.experiment})" if trial.params == own else trial.number
        yield f"| {number} | {result} | {' | '.join(shown(trial.params.get(name)) for name in names)} |"
    differ = len({trial.value for trial in complete}) > 1  # fANOVA refuses equal values
    if len(complete) >= LEAST_FOR_IMPORTANCE and differ and len(names) > 1:
        found = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=1))
        yield ""
        yield f"Importance: {', '.join(f'{name} {part:.2f}' for name, part in found.items())}."


def with_fixed(sweep: Sweep) -> str:
    """Return the values that are fixed in all trials, to be added to a sentence, or nothing."""
    values = ", ".join(f"{path}={shown(value)}" for path, value in sweep.fixed.items())
    return f", with {values}" if values else ""


def ranked(trials: list[FrozenTrial], sweep: Sweep) -> list[FrozenTrial]:
    """Return the trials that have a metric, the best first."""
    complete = [of for of in trials if of.state == TrialState.COMPLETE]
    return sorted(complete, key=lambda of: of.value or 0.0, reverse=sweep.direction == "maximize")


def shown(value: Any) -> str:
    """Return a value as tables have it."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def write_table(name: str, lines: list[str]) -> None:
    """Keep the table of a sweep in a file."""
    path = TRIAL_LOGS / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as (partial,):
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")


def best_of(name: str) -> Path:
    """Return the file of the best setting that a sweep has found."""
    return EXPERIMENTS / f"{name}-best.yaml"


def write_best(name: str, study: optuna.Study, sweep: Sweep, unfixed: Mapping[str, Any], sections: set[str]) -> None:
    """Write the experiment's setting with the best values, these sections of it, as another experiment."""
    trials = counted(study)
    best = next(iter(ranked(trials, sweep)), None)
    if best is None:
        return
    found = with_values(unfixed, best.params)
    path = best_of(name)
    kept = {section: found[section] for section in unfixed if section in sections}
    found_by = (
        f"{SWEEPS / name}.yaml: {sweep.metric} {shown(best.value)}, the best of {len(trials)} trials{with_fixed(sweep)}"
    )
    own = "# The fixed parameters have the experiment's values here.\n" if sweep.fixed else ""
    with replacing(path) as (partial,):
        partial.write_text(f"# Found by {found_by}.\n{own}{yaml.safe_dump(kept, sort_keys=False)}", encoding="utf-8")
    print(f"\nThe best setting is in {path}: make experiment NAME={path.stem}")


def require_success(study: optuna.Study) -> None:
    """Raise `DenoisingError` with what each failed trial said, or with the machines on which trials still run."""
    trials = counted(study, running=True)
    failed = [of for of in trials if of.state == TrialState.FAIL]
    if failed:
        lines = "".join(f"\n  trial {of.number}: {of.user_attrs.get(MESSAGE, 'no message')}" for of in failed)
        raise DenoisingError(f"{len(failed)} of {len(trials)} trials failed:{lines}")
    elsewhere = sorted(str(of.user_attrs.get(MACHINE)) for of in trials if of.state == TrialState.RUNNING)
    if elsewhere:
        raise DenoisingError(
            f"{len(elsewhere)} trials have not ended; they were started on {', '.join(dict.fromkeys(elsewhere))}. "
            "Start the sweep again when they have, or, if those machines are gone, with TAKE_OVER=1."
        )
