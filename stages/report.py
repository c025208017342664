"""Put numbers and figures together on one page that needs no network: writes reports/report.html."""

from pathlib import Path

from stages.lib import failure
from stages.lib.files import replacing
from stages.lib.report.page import embed, fill
from stages.lib.tables import read_summary, read_table

PAGE = Path("reports/report.html")
METRICS, PROVENANCE = Path("reports/metrics.json"), Path("reports/provenance.json")
TABLES, FIGURES = Path("reports/evaluation"), Path("reports/figures")


def main() -> None:
    figures = {path.stem: embed(path) for path in sorted(FIGURES.glob("*.png"))}
    tables = {name: read_table(TABLES / f"{name}.csv") for name in ("methods", "kinds")}
    page = fill(read_summary(METRICS), read_summary(PROVENANCE), tables, figures)
    with replacing(PAGE) as (partial,):
        partial.write_text(page, encoding="utf-8")
    print(f"{PAGE}: {PAGE.stat().st_size / 1e6:.1f} MB, open it in a browser")


if __name__ == "__main__":
    failure.run_stage(main)
