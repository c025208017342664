"""What a file of sweeps/ says: which parameters are searched, in what range, by which metric, and how often."""

import math
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from denoising.errors import DenoisingError
from stages.parameters.document import document_errors, parse_document
from tools.experiment import COMMITTED, flatten

SWEEPS = Path("sweeps")
MOST_POINTS = 10_000  # of a grid
DIGITS = 12  # to which the values of a range with a step are rounded
MINIMIZED = ("validation.loss",)
Value = bool | int | float | str


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("expected a number")
    return value


def _scalar(value: Any) -> Any:
    if not isinstance(value, bool | int | float | str):
        raise ValueError("expected a number, a word, true or false")
    return value


Number = Annotated[Any, AfterValidator(_number)]
Scalar = Annotated[Any, AfterValidator(_scalar)]


class WithoutUnknownKeys(BaseModel):
    """A mapping of the file; a key that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Searched(WithoutUnknownKeys):
    """The values of one parameter: a range from `low` to `high`, or `choices`."""

    low: Number = None
    high: Number = None
    step: Number = None
    log: bool = False
    choices: list[Scalar] = Field(default=[], max_length=1000)

    @model_validator(mode="before")
    @classmethod
    def _is_mapping(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            raise ValueError("expected low and high, or choices")
        return given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        given = self.model_fields_set
        if "choices" in given:
            if given != {"choices"} or not self.choices:
                raise ValueError("choices are a list of values, without low, high, step or log")
            if len(set(map(repr, self.choices))) < len(self.choices):
                raise ValueError("the same choice is there twice")
            return self
        if not {"low", "high"} <= given:
            raise ValueError("expected low and high, or choices")
        if self.low >= self.high:
            raise ValueError("low should be less than high")
        if self.log and ("step" in given or self.low <= 0):
            raise ValueError("a logarithmic range has a low above 0, and no step")
        if "step" in given:
            if self.step <= 0 or (self._is_whole and not isinstance(self.step, int)):
                raise ValueError("step should be a positive number, whole where low and high are")
            count = (self.high - self.low) / self.step
            if abs(count - round(count)) > 1e-6:
                raise ValueError("step should lead from low to high")
        return self

    @property
    def _is_whole(self) -> bool:
        return isinstance(self.low, int) and isinstance(self.high, int)

    def distribution(self) -> BaseDistribution:
        """Return it as Optuna's; whole numbers where low and high are."""
        if self.choices:
            return CategoricalDistribution(self.choices)
        if self._is_whole:
            return IntDistribution(self.low, self.high, log=self.log, step=self.step or 1)
        if self.step:
            return CategoricalDistribution(self.values())
        return FloatDistribution(float(self.low), float(self.high), log=self.log)

    def contains(self, value: Any) -> bool:
        """Return whether a value is one of those that are searched."""
        if self.choices:
            return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in self.choices)
        if isinstance(value, bool) or not isinstance(value, int if self._is_whole else int | float):
            return False
        if self.step and not self._is_whole:
            return value in self.values()
        return self.low <= value <= self.high and (not self.step or (value - self.low) % self.step == 0)

    def values(self) -> list[Value]:
        """Return all values; raises `DenoisingError` where they are more than a grid can have."""
        if self.choices:
            return self.choices
        if not self._is_whole and self.step is None:
            raise DenoisingError("A grid needs choices, whole numbers, or a range with a step.")
        step = self.step or 1
        count = round((self.high - self.low) / step) + 1
        if count > MOST_POINTS:
            raise DenoisingError(f"A grid has {MOST_POINTS:,} points or fewer.")
        found = [self.low + number * step for number in range(count)]
        return found if self._is_whole else [round(value, DIGITS) for value in found]


class Sweep(WithoutUnknownKeys):
    """A search: from which experiment it starts, by which metric it chooses, how many trials, and of what.

    `fixed` replaces parameters of the experiment in every trial, but not in the result.
    """

    experiment: str = COMMITTED
    metric: Literal["validation.psnr", "validation.ssim", "validation.loss"] = "validation.psnr"
    trials: Annotated[int, Field(ge=1, le=10_000)]
    at_once: Annotated[int, Field(ge=1, le=64)] = 1
    sampler: Literal["tpe", "grid"] = "tpe"
    stop_early: bool = True
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1
    fixed: dict[str, Scalar] = {}
    search: Annotated[dict[str, Searched], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_fixed_or_searched(self) -> Self:
        if both := sorted(self.fixed.keys() & self.search.keys()):
            raise ValueError(f"{', '.join(both)} is both in fixed and in search")
        return self

    @property
    def direction(self) -> Literal["minimize", "maximize"]:
        """In which direction the metric is better."""
        return "minimize" if self.metric in MINIMIZED else "maximize"

    def distributions(self) -> dict[str, BaseDistribution]:
        """Return the distributions of the parameters, by dotted name."""
        if self.sampler == "grid":
            return {name: CategoricalDistribution(of.values()) for name, of in self.search.items()}
        return {name: of.distribution() for name, of in self.search.items()}

    def points(self) -> list[dict[str, Value]]:
        """Return all combinations of a grid; raises `DenoisingError` where there are too many."""
        values = {name: of.values() for name, of in self.search.items()}
        if math.prod(map(len, values.values())) > MOST_POINTS:
            raise DenoisingError(f"A grid has {MOST_POINTS:,} points or fewer.")
        return [dict(zip(values, point, strict=True)) for point in product(*values.values())]


def own_point(document: Mapping[str, Any], sweep: Sweep) -> dict[str, Value] | None:
    """Return what the experiment itself has of the searched parameters, or None where the search leaves it out."""
    known = dict(flatten(document))
    inside = all(of.contains(known.get(name)) for name, of in sweep.search.items())
    return {name: known[name] for name in sweep.search} if inside else None


def read_sweep(name: str) -> Sweep:
    """Return the sweep of sweeps/NAME.yaml; raises `DenoisingError` where it is missing or wrong."""
    known = sorted(path.stem for path in SWEEPS.glob("*.yaml"))
    if name not in known:
        raise DenoisingError(f"There is no sweep called {name!r}. Known are {', '.join(known)}: make sweep NAME=...")
    path = SWEEPS / f"{name}.yaml"
    try:
        sweep = Sweep.model_validate(parse_document(path.read_bytes(), name=str(path)))
        if sweep.sampler == "grid":
            sweep.points()
    except ValidationError as error:
        lines = [_line(one) for one in error.errors()]
        raise DenoisingError(f"{path} has errors; nothing was run:\n  " + "\n  ".join(lines)) from error
    except DenoisingError as error:
        raise DenoisingError(f"{path}: {error}") from error
    return sweep


def _line(error: Any) -> str:
    where = ".".join(map(str, error["loc"])) or "the file"
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {message[:1].lower()}{message[1:]}"


def with_values(document: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters with other values at dotted names; raises `DenoisingError` for a name that is not there."""
    known = dict(flatten(document))
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise DenoisingError(f"The experiment has no parameter {', '.join(unknown)}.")
    changed: dict[str, Any] = {}
    for path, value in {**known, **values}.items():
        *parents, last = path.split(".")
        inside = changed
        for parent in parents:
            inside = inside.setdefault(parent, {})
        inside[last] = value
    return changed


def require_valid(document: Mapping[str, Any], sweep: Sweep) -> None:
    """Raise `DenoisingError` where a single value that may be searched is not allowed: each choice, and both ends."""
    wrong: list[str] = []
    for name, of in sweep.search.items():
        for value in of.choices or (of.low, of.high):
            wrong += document_errors(with_values(document, {name: value}))
    if wrong:
        raise DenoisingError("The sweep would try what is not allowed:\n  " + "\n  ".join(dict.fromkeys(wrong)))
