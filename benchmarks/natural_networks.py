"""The networks that the benchmark of photographs trains and scores."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Network:
    """An experiment with changes to its section `train`, its test sets, the sigmas, and how many seeds are trained."""

    title: str
    experiment: str
    changes: dict[str, Any]
    color_mode: str = "grayscale"
    sets: tuple[str, ...] = ("bsd68", "set12")
    sigmas: tuple[int, ...] = (25,)
    seeds: int = 1


NETWORKS = {
    "gray_90_seconds": Network("`natural_gray`, short", "natural_gray", {"epochs": 1}, seeds=3),
    "gray": Network("`natural_gray`", "natural_gray", {}),
    "gray_60_minutes": Network("`natural_gray`, wide and long", "natural_gray", {"filters": 32, "epochs": 20}),
    "blind": Network("`natural_blind`", "natural_blind", {}, sigmas=(15, 25, 50)),
    "bundled_gray": Network("`bundled_gray`, small", "bundled_gray", {}, sigmas=(15, 25, 50)),
    "bundled_color": Network(
        "`bundled_color`, small", "bundled_color", {}, color_mode="rgb", sets=("bsd68",), sigmas=(15, 25, 50)
    ),
    "color": Network("`natural_color`", "natural_color", {}, color_mode="rgb", sets=("bsd68",)),
    "color_short": Network(
        "`natural_color`, small and short",
        "natural_color",
        {"depth": 2, "epochs": 3, "precision": "float32"},
        color_mode="rgb",
        sets=("bsd68",),
    ),
}
