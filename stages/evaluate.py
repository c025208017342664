"""Evaluate the denoiser: writes reports/metrics.json and reports/evaluation/."""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("evaluate")

import time
from typing import Any

import numpy as np

from denoising.backend.determinism import set_threads
from denoising.evaluation.comparison import compare_methods, summarize_methods
from denoising.evaluation.examples import (
    MAX_CROPS,
    MAX_EXAMPLES,
    index_table,
    select_examples,
    write_groups,
    write_methods,
    write_whole,
)
from denoising.evaluation.leakage import check_leakage
from denoising.evaluation.noise_realizations import NoiseRealization, new_noise, stored_noise
from denoising.evaluation.noise_sweep import evaluate_noise_sweep
from denoising.evaluation.noise_types import evaluate_noise_types
from denoising.evaluation.per_image import per_image_table, psnr_histogram
from denoising.evaluation.provenance import describe_provenance
from denoising.evaluation.renoised import RenoisedImages
from denoising.evaluation.scores import classify_clean, score_realizations
from denoising.evaluation.shared_content import compare_contents
from denoising.evaluation.summary import (
    key_metrics,
    merge,
    summarize_classes,
    summarize_classification,
    summarize_margin,
    summarize_realizations,
)
from denoising.inference.classifier import load_classifier
from denoising.inference.denoiser import Denoiser, load
from denoising.io.atomic import replacing
from denoising.io.baseline_results import BaselineResults, evenly_spaced, open_baseline_results
from denoising.io.center_crops import SWEEP_SIZE, center_crops
from denoising.io.splits import SPLIT_NAMES, DatasetInfo, Split, open_clean_split, read_dataset_info
from denoising.io.tables import Table, read_summary, write_summary, write_table
from denoising.noise.prepared import RECORDED, open_split, prepared_noise
from stages.parameters.compute import ComputeParameters
from stages.parameters.evaluate import EvaluateParameters
from stages.paths import (
    BASELINES,
    CLASSIFIER,
    CLASSIFIER_SUMMARY,
    DENOISER,
    EVALUATE_TIMES,
    EVALUATION,
    EVALUATION_SUMMARY,
    EXAMPLE_SHEETS,
    EXAMPLES,
    METRICS,
    PREPARED,
    PROVENANCE,
    TRAINING_SUMMARY,
)

TIMED_IMAGES = 20  # crops, as of the filters, where images differ in size
REPEATED = "The source itself repeats them, so the scores are too high."


def main(parameters: EvaluateParameters, compute: ComputeParameters) -> None:
    set_threads(compute.threads)
    name, batch_size = parameters.split, parameters.batch_size
    bootstrap = {"resamples": parameters.bootstrap_resamples, "seed": parameters.seed}
    prepared, split = read_dataset_info(PREPARED), open_split(PREPARED, name)
    denoise = load(DENOISER, image_shape=split.image_shape, batch_size=batch_size)
    classify = None if split.labels is None else load_classifier(CLASSIFIER, image_shape=split.image_shape)
    baselines = open_baseline_results(BASELINES, name, image_shape=split.image_shape)
    leakage = find_leakage(split, prepared)

    realizations = noise_realizations(split, prepared, parameters)
    scores = score_realizations(split, denoise, classify, batch_size=batch_size, realizations=realizations)
    first = scores[0]  # of the prepared noise, which all tables show
    clean_class = classify_clean(split, classify, batch_size=batch_size)
    images = per_image_table(first, split, clean_class=clean_class, filtered=baselines.indices)
    compared = compare_methods(split, baselines, first, classify, batch_size=batch_size)
    correct = None if clean_class is None else (clean_class == split.labels)[baselines.indices]
    filtered_groups = None if split.groups is None else split.groups[baselines.indices]
    methods = summarize_methods(compared, correct, groups=filtered_groups, **bootstrap)
    classes: Table = {"label": []}
    if split.labels is not None:
        classes = summarize_classes(first, split.labels, groups=split.groups, **bootstrap)
    tables: dict[str, Table] = {
        "images": images,
        "classes": classes,
        "psnr_histogram": psnr_histogram({kind: of["psnr"] for kind, of in first.items()}),
        "methods": methods,
        **other_noise(split, denoise, baselines, prepared, parameters),
    }
    summary = merge(
        {"dataset": prepared.source, "noise": describe_noise(prepared), "split": name, "images": len(split)},
        leakage,
        summarize_realizations(scores, groups=split.groups, **bootstrap),
        {} if clean_class is None else summarize_classification(images, groups=split.groups),
        summarize_margin(methods, best=next(iter(baselines.methods))),
        {"class_names": prepared.class_names} if prepared.class_names else {},
        {} if split.groups is None else {"independent_groups": len(np.unique(split.groups))},
    )
    used = {"evaluate": parameters.model_dump(), "compute": compute.model_dump()}
    provenance = provenance_of(prepared, baselines, used, classified=classify is not None)
    write_results(split, denoise, baselines, tables, summary, provenance)
    write_time(denoise, split, batch_size=batch_size)
    print_summary(summary)


def find_leakage(split: Split, prepared: DatasetInfo) -> dict[str, int]:
    """Return what the measured images share with those learned from; raises `DenoisingError` where they should not."""
    others = [name for name in ("train", "validation") if name != split.name]
    learned_from = (open_split(PREPARED, name) for name in others)
    found = check_leakage(split, learned_from, known_duplicates=prepared.known_duplicates[split.name])
    if split.is_ragged:
        found |= compare_contents(split.clean, [open_clean_split(PREPARED, name).clean for name in others])
    return found


def noise_realizations(split: Split, prepared: DatasetInfo, parameters: EvaluateParameters) -> list[NoiseRealization]:
    """Return the prepared noise and, unless it was recorded, new draws of it."""
    noise = prepared_noise(prepared)
    if noise is None:
        return [stored_noise(split)]
    of_split, draws = SPLIT_NAMES.index(split.name), range(1, parameters.noise_draws)
    return [stored_noise(split), *(new_noise(noise, seed=parameters.seed, key=(of_split, draw)) for draw in draws)]


def other_noise(
    split: Split, denoise: Denoiser, baselines: BaselineResults, prepared: DatasetInfo, parameters: EvaluateParameters
) -> dict[str, Table]:
    """Return the tables of other factors and types of noise; without rows where the noise was recorded, not made."""
    noise = prepared_noise(prepared)
    if noise is None:
        return {"noise_sweep": {"factor": []}, "noise_types": {"kind": []}}
    bootstrap = {"resamples": parameters.bootstrap_resamples, "seed": parameters.seed}
    chosen = evenly_spaced(len(split), count=parameters.images)
    filtered = np.unique(baselines.noise_sweep["index"]).astype(np.int64)
    renoised, renoised_filtered = (
        RenoisedImages.cropped(split, indices, denoise, seed=prepared.noise_seed) for indices in (chosen, filtered)
    )
    sweep = evaluate_noise_sweep(renoised, renoised_filtered, baselines.noise_sweep, prepared=noise, **bootstrap)
    return {"noise_sweep": sweep, "noise_types": evaluate_noise_types(renoised, noise, **bootstrap)}


def describe_noise(prepared: DatasetInfo) -> dict[str, Any]:
    if prepared.noise_kind == RECORDED:
        return {"kind": RECORDED}
    return {"kind": prepared.noise_kind, "factor": prepared.noise_factor, "clip": prepared.noise_clip}


def provenance_of(
    prepared: DatasetInfo, baselines: BaselineResults, used: dict[str, Any], *, classified: bool
) -> dict[str, Any]:
    """Return what the results were made from; `used` are the parameters of this stage."""
    sections = {
        "prepare": prepared.parameters,
        "train": read_summary(TRAINING_SUMMARY)["parameters"],
        "baselines": baselines.parameters,
        **({"classifier": read_summary(CLASSIFIER_SUMMARY)["parameters"]} if classified else {}),
        **used,
    }
    models = {"denoiser": DENOISER, **({"classifier": CLASSIFIER} if classified else {})}
    return describe_provenance(prepared, baselines, parameters=sections, models=models)


def write_results(
    split: Split,
    denoise: Denoiser,
    baselines: BaselineResults,
    tables: dict[str, Any],
    summary: dict[str, Any],
    provenance: dict[str, Any],
) -> None:
    """Write metrics, tables and examples, all or none."""
    examples = select_examples(tables["images"], most=MAX_CROPS if split.is_ragged else MAX_EXAMPLES)
    targets = [METRICS, EVALUATION_SUMMARY, PROVENANCE, EXAMPLES, EXAMPLE_SHEETS]
    targets += [EVALUATION / f"{table}.csv" for table in tables]
    with replacing(*targets) as (metrics_file, summary_file, provenance_file, examples_file, sheets, *table_files):
        write_summary(metrics_file, key_metrics(summary, validation=read_summary(TRAINING_SUMMARY)["validation"]))
        write_summary(provenance_file, provenance)
        for path, table in zip(table_files, tables.values(), strict=True):
            write_table(path, table)
        sheets.mkdir()
        write_groups(sheets, split, denoise, examples)
        if split.is_ragged:
            summary["whole"] = write_whole(sheets, split, denoise, int(examples["median"][0]))
        examples["methods"] = write_methods(
            sheets, split, denoise, baselines, methods=list(map(str, tables["methods"]["method"]))
        )
        write_table(examples_file, index_table(examples))
        write_summary(summary_file, summary)


def write_time(denoise: Denoiser, split: Split, *, batch_size: int) -> None:
    """Write how many milliseconds the denoiser takes per image."""
    few = center_crops(split, evenly_spaced(len(split), count=TIMED_IMAGES), size=SWEEP_SIZE)
    noisy = few.noisy if split.is_ragged else split.noisy[: 4 * batch_size]
    began = time.perf_counter()
    denoise(noisy)
    milliseconds = (time.perf_counter() - began) * 1000 / len(noisy)
    EVALUATE_TIMES.parent.mkdir(parents=True, exist_ok=True)
    write_table(EVALUATE_TIMES, {"method": ["denoiser"], "milliseconds": [milliseconds]})


def print_summary(summary: dict[str, Any]) -> None:
    print(f"{METRICS}: {summary['images']:,} {summary['split']} images of {summary['dataset']}")
    if summary["repeated_images"]:
        print(f"  Caution: {summary['repeated_images']:,} of them are also among the images trained on. {REPEATED}")
    for name in ("noisy", "denoised"):
        line = "  {:<8}  PSNR {psnr:5.2f} dB{}  SSIM {ssim:.3f}"
        line += "  accuracy {accuracy:.1%}" if "accuracy" in summary[name] else ""
        print(line.format(name, interval_text(summary["intervals"][name]["psnr"]), **summary[name]))
    margin, best = summary["intervals"]["margin"]["psnr"], summary["best_filter"]["method"]
    print(
        f"  {summary['margin']['psnr']:+.2f} dB{interval_text(margin)} compared with {best}, the best classical filter"
    )


def interval_text(interval: dict[str, float]) -> str:
    """Return the ends of an interval in brackets; nothing where there is none."""
    return "" if np.isnan(interval["low"]) else f" ({interval['low']:.2f} to {interval['high']:.2f})"
