"""Measure the denoiser: writes reports/metrics.json, reports/provenance.json, and reports/evaluation/."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from stages.lib import failure
from stages.lib.dataset import SPLITS, Split, open_split, read_about
from stages.lib.evaluate import provenance
from stages.lib.evaluate.comparison import compare_methods, summarise_methods
from stages.lib.evaluate.denoiser import Denoiser, load_denoiser
from stages.lib.evaluate.draws import new_draw, prepared_draw
from stages.lib.evaluate.examples import write_examples
from stages.lib.evaluate.hygiene import refuse_leaks
from stages.lib.evaluate.kinds import try_kinds
from stages.lib.evaluate.levels import Trial, follow_levels
from stages.lib.evaluate.parameters import EvaluateParameters
from stages.lib.evaluate.recognition import load_classifier
from stages.lib.evaluate.rows import histogram, table_of_images
from stages.lib.evaluate.scores import in_batches, measure
from stages.lib.evaluate.summary import summarise_ahead, summarise_classes, summarise_draws, summarise_recognition
from stages.lib.files import replacing
from stages.lib.filtered import evenly_spaced, open_filtered
from stages.lib.images import as_float
from stages.lib.noise.families import Noise
from stages.lib.parameters import read_section
from stages.lib.tables import Table, write_summary, write_table

DENOISER, CLASSIFIER = Path("models/denoiser.h5"), Path("models/classifier.h5")
METRICS, PROVENANCE = Path("reports/metrics.json"), Path("reports/provenance.json")
TABLES, EXAMPLES = Path("reports/evaluation"), Path("reports/evaluation/examples")
TIMES = Path("logs/times/evaluate.csv")  # no result: it differs from run to run


def main() -> None:
    parameters = read_section("evaluate", EvaluateParameters)
    name, batch_size = parameters.split, parameters.batch_size
    resampling = {"resamples": parameters.resamples, "seed": parameters.seed}
    about, split = read_about(), open_split(name)
    noise, seed = Noise(about["noise"]["kind"], about["noise"]["factor"]), about["noise"]["seed"]
    denoiser = load_denoiser(DENOISER, image_shape=split.image_shape)
    classifier = load_classifier(CLASSIFIER, image_shape=split.image_shape)
    filtered = open_filtered(name, image_shape=split.image_shape)
    learned_from = (open_split(other) for other in ("train", "validation") if other != name)  # one mapped at a time
    repeated, traced = refuse_leaks(split, learned_from, shipped=about["repeated"][name])

    draws = [prepared_draw(split)] + [
        new_draw((SPLITS.index(name), number), noise=noise, seed=parameters.seed)
        for number in range(1, parameters.noise_draws)
    ]
    scores = [measure(split, denoiser, classifier, batch_size=batch_size, draw=draw) for draw in draws]
    first = scores[0]  # of the prepared draw, which all tables show
    seen_clean = in_batches(lambda clean: classifier(as_float(clean)), split.clean, batch_size=batch_size)
    clean_recognised = seen_clean == split.labels
    images = table_of_images(first, split.labels, seen_clean=seen_clean, filtered=filtered.indices)
    compared = compare_methods(split, filtered, first, classifier, batch_size=batch_size)
    methods = summarise_methods(compared, clean_recognised[filtered.indices], **resampling)
    chosen = evenly_spaced(len(split), count=parameters.images)
    trial = Trial(name, split, denoiser, chosen, seed=seed, batch_size=batch_size)
    of_filter = np.unique(filtered.levels["index"]).astype(np.int64)
    beside = Trial(name, split, denoiser, of_filter, seed=seed, batch_size=batch_size)
    tables: dict[str, Table] = {
        "images": images,
        "classes": summarise_classes(first, split.labels, **resampling),
        "psnr_histogram": histogram({kind: parts["psnr"] for kind, parts in first.items()}),
        "methods": methods,
        "levels": follow_levels(trial, beside, filtered.levels, kind=noise.kind, **resampling),
        "kinds": try_kinds(trial, noise, **resampling),
    }
    summary = merge(
        {"dataset": about["source"], "noise": asdict(noise), "split": name, "images": len(split)},
        {"repeated_images": repeated, "traced_noise": traced},
        summarise_draws(scores, **resampling),
        summarise_recognition(images, **resampling),
        summarise_ahead(methods, best=next(iter(filtered.about["methods"]))),
    )
    origin = provenance.describe(
        about,
        filtered.about,
        parameters.model_dump(),
        models={"denoiser": DENOISER, "classifier": CLASSIFIER},
    )
    targets = [METRICS, PROVENANCE, EXAMPLES, *(TABLES / f"{table}.csv" for table in tables)]
    with replacing(*targets) as (metrics_file, provenance_file, examples, *table_files):
        write_summary(metrics_file, summary)
        write_summary(provenance_file, origin)
        for path, table in zip(table_files, tables.values(), strict=True):
            write_table(path, table)
        write_examples(examples, split, denoiser, filtered, images, methods=methods["method"])
    write_time(denoiser, split, batch_size=batch_size)
    print_summary(summary)


def merge(*parts: dict[str, Any]) -> dict[str, Any]:
    """Return nested values as one, with the intervals of all parts side by side."""
    intervals = {name: of for part in parts for name, of in part.get("interval", {}).items()}
    return {**{name: value for part in parts for name, value in part.items()}, "interval": intervals}


def write_time(denoiser: Denoiser, split: Split, *, batch_size: int) -> None:
    """Write how many milliseconds the denoiser takes for an image."""
    noisy = split.noisy[: 4 * batch_size]
    began = time.perf_counter()
    in_batches(denoiser, noisy, batch_size=batch_size)
    TIMES.parent.mkdir(parents=True, exist_ok=True)
    write_table(TIMES, {"method": ["denoiser"], "milliseconds": [(time.perf_counter() - began) * 1000 / len(noisy)]})


def print_summary(summary: dict[str, Any]) -> None:
    print(f"{METRICS}: {summary['images']:,} {summary['split']} images of {summary['dataset']}")
    for name in ("noisy", "denoised"):
        low, high = summary["interval"][name]["psnr"].values()
        line = "  {:<8}  PSNR {psnr:5.2f} dB ({:.2f} to {:.2f})  SSIM {ssim:.3f}  {recognised:.1%} recognised"
        print(line.format(name, low, high, **summary[name]))
    best, ahead = summary["best_filter"], summary["ahead"]
    print(f"  {ahead['psnr']:+.2f} dB compared with {best['method']}, the best classical filter")


if __name__ == "__main__":
    failure.run_stage(main)
