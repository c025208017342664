"""What a file of sweeps/ says: which parameters are searched, in what range, by which metric, and how often."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from denoising.errors import DenoisingError
from stages.parameters.document import document_errors, parse_document
from tools.experiment import flatten

SWEEPS = Path("sweeps")
COMMITTED = "committed"  # stands for the committed parameters, in place of an experiment
Number = int | float
Value = bool | int | float | str
MINIMIZED = ("validation.loss",)


class Strict(BaseModel):
    """A part of the file, without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Range(Strict):
    """The values of a parameter: from `low` to `high`, or `choices`."""

    low: Number | None = None
    high: Number | None = None
    step: Number | None = None
    log: bool = False
    choices: list[Value] = Field(default=[], max_length=100)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if bool(self.choices) == (self.low is not None and self.high is not None):
            raise ValueError("give either low and high, or choices")
        if self.choices:
            if self.step or self.log or self.low is not None or self.high is not None:
                raise ValueError("choices stand alone")
            if len(set(self.choices)) < len(self.choices):
                raise ValueError("a choice stands twice")
        else:
            self.distribution()  # which checks the numbers
        return self

    def distribution(self) -> BaseDistribution:
        """Return it as Optuna's; whole numbers where low and high are."""
        if self.choices:
            return CategoricalDistribution(self.choices)
        low, high = self.low or 0, self.high or 0
        if isinstance(low, int) and isinstance(high, int):
            return IntDistribution(low, high, log=self.log, step=int(self.step or 1))
        return FloatDistribution(float(low), float(high), log=self.log, step=self.step)

    def grid(self) -> list[Value]:
        """Return all values; raises `DenoisingError` where a range is continuous."""
        if self.choices:
            return list(self.choices)
        low, high, step = self.low or 0, self.high or 0, self.step
        if isinstance(low, int) and isinstance(high, int):
            return list(range(low, high + 1, int(step or 1)))
        if not step:
            raise DenoisingError("A grid needs choices, whole numbers, or a range with a step.")
        return [low + number * step for number in range(int((high - low) / step + 1e-9) + 1)]


class Sweep(Strict):
    """A search: from which experiment it starts, by which metric it chooses, how many trials, and of what."""

    experiment: str = COMMITTED
    metric: Literal["validation.psnr", "validation.ssim", "validation.loss"] = "validation.psnr"
    trials: Annotated[int, Field(ge=1, le=10_000)]
    at_once: Annotated[int, Field(ge=1, le=64)] = 1
    sampler: Literal["tpe", "grid"] = "tpe"
    stop_early: bool = True
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1
    search: Annotated[dict[str, Range], Field(min_length=1)]

    @property
    def direction(self) -> Literal["minimize", "maximize"]:
        """In which direction the metric is better."""
        return "minimize" if self.metric in MINIMIZED else "maximize"

    def distributions(self) -> dict[str, BaseDistribution]:
        """Return the distributions of the parameters, by dotted name."""
        return {name: of.distribution() for name, of in self.search.items()}

    def grid(self) -> dict[str, list[Value]]:
        """Return all values of each parameter."""
        return {name: of.grid() for name, of in self.search.items()}


def read_sweep(name: str) -> Sweep:
    """Return the sweep of sweeps/NAME.yaml; raises `DenoisingError` where it is missing or wrong."""
    known = sorted(path.stem for path in SWEEPS.glob("*.yaml"))
    if name not in known:
        raise DenoisingError(f"There is no sweep called {name!r}. Known are {', '.join(known)}: make sweep NAME=...")
    path = SWEEPS / f"{name}.yaml"
    try:
        sweep = Sweep.model_validate(parse_document(path.read_bytes(), name=str(path)))
        if sweep.sampler == "grid":
            sweep.grid()
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg'].lower()}" for one in error.errors()]
        raise DenoisingError(f"{path} has errors; nothing was run:\n  " + "\n  ".join(lines)) from error
    except DenoisingError as error:
        raise DenoisingError(f"{path}: {error}") from error
    return sweep


def with_values(document: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters with other values at dotted names; raises `DenoisingError` for a name that is not there."""
    known = dict(flatten(document))
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise DenoisingError(f"There is no parameter {', '.join(unknown)} to search: it is not set in the experiment.")
    changed = _nested({**known, **values})
    return {name: changed[name] for name in document}


def require_valid(document: Mapping[str, Any], sweep: Sweep) -> None:
    """Raise `DenoisingError` where a value that may be searched is not allowed: each choice, and both ends."""
    wrong = []
    for name, of in sweep.search.items():
        for value in of.choices or (of.low, of.high):
            wrong += document_errors(with_values(document, {name: value}))
    if wrong:
        raise DenoisingError("The sweep would try what is not allowed:\n  " + "\n  ".join(dict.fromkeys(wrong)))


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, last = path.split(".")
        inside = result
        for parent in parents:
            inside = inside.setdefault(parent, {})
        inside[last] = value
    return result
