"""A section of params.yaml, and the types of its values."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

FRACTION = r"^\d+(\.\d+)?/\d+(\.\d+)?$"  # as papers write the noise factor: 25/255


class Section(BaseModel):
    """Typed fields without defaults: the description of each says what it means, its constraints what it may be.

    `settings_of` names the settings that belong to one choice only, such as those of an architecture. They are fields
    of the section where that choice is made, and unknown elsewhere.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
    settings_of: ClassVar[Mapping[str, Mapping[str, type["Section"]]]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        for name, settings in cls.settings_of.items():
            words = get_args(cls.model_fields[name].annotation) if name in cls.model_fields else settings
            if set(words) != set(settings):
                raise TypeError(f"settings_of[{name!r}] of {cls.__name__} should have an entry for each of {words}.")

    @classmethod
    def with_choices_of(cls, values: object) -> type[Self]:
        """Return this section with the settings that belong to the choices in `values`, and in its own sections."""
        made = values if isinstance(values, Mapping) else {}
        inner = {name: section.with_choices_of(made.get(name)) for name, section in cls.sections().items()}
        changed = {name: section for name, section in inner.items() if section is not cls.sections()[name]}
        chosen = [
            settings[made[name]]
            for name, settings in cls.settings_of.items()
            if isinstance(made.get(name), str) and made[name] in settings
        ]
        bases = tuple(dict.fromkeys((*chosen, cls)))
        members = {"__module__": cls.__module__, "__annotations__": changed}
        return type(cls.__name__, bases, members) if chosen or changed else cls

    @classmethod
    def sections(cls) -> dict[str, type["Section"]]:
        """Return the fields that are sections themselves."""
        types = {name: field.annotation for name, field in cls.model_fields.items()}
        return {name: of for name, of in types.items() if isinstance(of, type) and issubclass(of, Section)}

    @classmethod
    def read(cls, values: object) -> Self:
        """Return the section with these values; raises pydantic's `ValidationError` where one is wrong."""
        return cls.with_choices_of(values).model_validate(values)

    def settings(self, choice: str) -> dict[str, Any]:
        """Return the settings that belong to the value of the field `choice`, by name."""
        fields = self.settings_of[choice][getattr(self, choice)].model_fields
        return {name: getattr(self, name) for name in fields if name not in self._shared_fields()}

    @classmethod
    def _shared_fields(cls) -> Mapping[str, Any]:
        return next(base for base in cls.__mro__ if "settings_of" in vars(base)).model_fields  # type: ignore[attr-defined]


class NoSettings(Section):
    """What a choice without settings of its own adds."""


def _number_of_fraction(value: object) -> object:
    if isinstance(value, str) and re.match(FRACTION, value):
        numerator, denominator = map(float, value.split("/"))
        return numerator / denominator if denominator else value
    return value


def _increasing(values: list[float]) -> list[float]:
    if values != sorted(set(values)):
        raise ValueError("the numbers do not increase")
    return values


def _not_decreasing(values: list[float]) -> list[float]:
    if values != sorted(values):
        raise ValueError("the first is larger than the second")
    return values


def _without_duplicates(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        raise ValueError("one is listed twice")
    return values


FractionText = Annotated[str, StringConstraints(pattern=FRACTION)]
Factor = Annotated[float, Field(ge=0, le=10)]
NoiseFactor = Annotated[Factor, BeforeValidator(_number_of_fraction, json_schema_input_type=Factor | FractionText)]
Increasing = AfterValidator(_increasing)
NotDecreasing = AfterValidator(_not_decreasing)
WithoutDuplicates = AfterValidator(_without_duplicates)
Seed = Annotated[int, Field(ge=0, lt=2**32)]
ImageCount = Annotated[int, Field(ge=1, le=1_000_000)]
BatchSize = Annotated[int, Field(ge=1, le=65_536)]
OpenFraction = Annotated[float, Field(gt=0, lt=1)]
