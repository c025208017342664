"""The choices that params.yaml allows are exactly those that the library has."""

from typing import Any, ClassVar, Literal, get_args

import pytest
from pydantic import BaseModel, Field, ValidationError

from denoising.backend.schedules import SCHEDULES
from denoising.baselines.filters import CLASSICAL_FILTERS
from denoising.datasets.registry import REGISTRY
from denoising.models.registry import ARCHITECTURES
from denoising.noise.models import NOISE_MODELS
from denoising.noise.prepared import RECORDED
from denoising.training.losses import LOSSES
from stages.parameters.baselines import BaselinesParameters
from stages.parameters.document import read_section
from stages.parameters.prepare import FILE_SOURCES, NoiseParameters, PrepareParameters
from stages.parameters.section import NoSettings, Section
from stages.parameters.train import TrainParameters


def choices(section: type[BaseModel], name: str) -> set[str]:
    return set(get_args(section.model_fields[name].annotation))


def test_the_parameters_allow_exactly_the_architectures() -> None:
    assert choices(TrainParameters, "architecture") == set(ARCHITECTURES)


def test_a_choice_without_its_settings_is_an_error_in_the_code() -> None:
    with pytest.raises(TypeError, match="settings_of\\['kind'\\] of Forgetful should have an entry for each of"):

        class Forgetful(Section):
            settings_of: ClassVar = {"kind": {"a": NoSettings}}
            kind: Literal["a", "b"] = Field(description="kind")


def test_the_parameters_allow_exactly_the_losses() -> None:
    assert choices(TrainParameters, "loss") == set(LOSSES)


def test_the_parameters_allow_exactly_the_schedules() -> None:
    assert choices(TrainParameters, "lr_schedule") == set(SCHEDULES)


def test_the_parameters_allow_exactly_the_noise_models() -> None:
    assert choices(NoiseParameters, "kind") == {*NOISE_MODELS, RECORDED}


def test_the_parameters_allow_exactly_the_sources() -> None:
    assert choices(PrepareParameters, "source") == {*REGISTRY, "digits", *FILE_SOURCES}


def test_the_parameters_allow_exactly_the_filters() -> None:
    section = read_section("baselines", BaselinesParameters).model_dump()

    def validate(methods: list[str]) -> Any:
        return BaselinesParameters.model_validate({**section, "methods": methods})

    assert validate(list(CLASSICAL_FILTERS))
    with pytest.raises(ValidationError, match="methods"):
        validate([*CLASSICAL_FILTERS, "mean"])
    with pytest.raises(ValidationError, match="twice"):
        validate(["median", "median"])
