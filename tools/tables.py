"""All tables of README.md and docs/, by name."""

from collections.abc import Callable

from stages.paths import (
    BENCHMARK_CLUSTER,
    BENCHMARK_DENOISE,
    BENCHMARK_MODELS,
    BENCHMARK_NATURAL,
    BENCHMARK_NOTEBOOK,
    BENCHMARK_SCALE,
    BENCHMARK_STAGES,
    BENCHMARK_STEPS,
    BENCHMARK_SWEEPS,
)
from tools import benchmark_tables, result_tables
from tools.benchmark_tables import recorded
from tools.messages import message_list
from tools.parameters import parameter_table

RECORDED_SWEEPS = ("balanced", "deep_cae", "dncnn", "fast_rate", "photographs", "vae")
TABLES: dict[str, Callable[[], str]] = {
    "results": result_tables.results,
    "conventions": result_tables.conventions,
    "changes": result_tables.changes,
    "methods": result_tables.methods,
    "methods_with_bm3d": result_tables.methods_with_bm3d,
    "noise_types": result_tables.noise_types,
    "noise_sweep": result_tables.noise_sweep,
    "settings": benchmark_tables.settings,
    "experiments": benchmark_tables.experiments,
    "tolerances": benchmark_tables.tolerances,
    "options": benchmark_tables.options,
    "cards": benchmark_tables.cards,
    "natural": recorded(BENCHMARK_NATURAL),
    "models": recorded(BENCHMARK_MODELS),
    "denoise": recorded(BENCHMARK_DENOISE),
    "notebook": recorded(BENCHMARK_NOTEBOOK, skip=2),
    "stages": recorded(BENCHMARK_STAGES),
    "scale": recorded(BENCHMARK_SCALE),
    "cluster": recorded(BENCHMARK_CLUSTER),
    "steps": recorded(BENCHMARK_STEPS),
    "parameters": parameter_table,
    "messages": message_list,
    **{f"sweep_{name}": recorded(BENCHMARK_SWEEPS / f"{name}.md") for name in RECORDED_SWEEPS},
}
