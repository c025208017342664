"""Write all results as one page, which needs no network, and as one file for programs: reports/report.html and
reports/summary.json.
"""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("report")

from typing import Any

from denoising.io.atomic import replacing
from denoising.io.tables import read_summary, read_table, write_summary
from denoising.language.texts import language
from denoising.report.page import embed_figure, render_page
from stages.parameters.report import ReportParameters
from stages.paths import (
    EVALUATION,
    EVALUATION_SUMMARY,
    FIGURES,
    NARROW_FIGURES,
    PROVENANCE,
    REPORT,
    SUMMARY,
    VARIABILITY,
)


def main(parameters: ReportParameters) -> None:
    figures = {path.stem: embed_figure(path, narrow=NARROW_FIGURES / path.name) for path in FIGURES.glob("*.png")}
    tables = {name: read_table(EVALUATION / f"{name}.csv") for name in ("methods", "noise_types")}
    summary, provenance = read_summary(EVALUATION_SUMMARY), read_summary(PROVENANCE)
    seeds = matching_seeds(read_summary(VARIABILITY), provenance["parameters"])
    with language(parameters.language):
        page = render_page(summary, provenance, tables, figures, seeds=seeds)
    with replacing(REPORT, SUMMARY) as (page_file, summary_file):
        page_file.write_text(page, encoding="utf-8")
        write_summary(summary_file, {**summary, "seeds": seeds, "provenance": provenance})
    print(f"{REPORT}: {REPORT.stat().st_size / 1e6:.1f} MB; open it in a browser")


def matching_seeds(record: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any] | None:
    """Return the recorded spread over training seeds, if it was measured with these parameters but for the seeds."""

    def compared(of: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            of["prepare"],
            *({**of.get(name, {}), "seed": None} for name in ("train", "classifier")),
            of["evaluate"],
        ]

    return record["seeds"] if compared(record["parameters"]) == compared(parameters) else None
