"""Write one page with all numbers and figures, which needs no network: writes reports/report.html."""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("report")

from denoising.io.atomic import replacing
from denoising.io.tables import read_summary, read_table
from denoising.report.page import embed_figure, render_page
from stages.paths import EVALUATION, FIGURES, METRICS, PROVENANCE, REPORT


def main() -> None:
    figures = {path.stem: embed_figure(path) for path in sorted(FIGURES.glob("*.png"))}
    tables = {name: read_table(EVALUATION / f"{name}.csv") for name in ("methods", "kinds")}
    page = render_page(read_summary(METRICS), read_summary(PROVENANCE), tables, figures)
    with replacing(REPORT) as (partial,):
        partial.write_text(page, encoding="utf-8")
    print(f"{REPORT}: {REPORT.stat().st_size / 1e6:.1f} MB; open it in a browser")
