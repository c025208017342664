"""Where everything lies, relative to the folder of params.yaml."""

from pathlib import Path

PARAMS = Path("params.yaml")
EXPERIMENTS = Path("experiments")

INDEX = Path("data/index.json")
PREPARED = Path("data/prepared")
BASELINES = Path("data/baselines")

DENOISER = Path("models/denoiser.h5")
CLASSIFIER = Path("models/classifier.h5")
EXPORTED = Path("models/denoiser.onnx")

TRAINING = Path("reports/training")  # summary.json, and DVCLive's metrics.json and plots
TRAINING_SUMMARY = TRAINING / "summary.json"
CLASSIFIER_SUMMARY = Path("reports/classifier/summary.json")
METRICS = Path("reports/metrics.json")
EVALUATION = Path("reports/evaluation")
EVALUATION_SUMMARY = EVALUATION / "summary.json"
PROVENANCE = EVALUATION / "provenance.json"
EXAMPLES = EVALUATION / "examples.csv"
EXAMPLE_SHEETS = EVALUATION / "examples"
EXPORT_SUMMARY = Path("reports/export.json")
FIGURES = Path("reports/figures")
NARROW_FIGURES = Path("reports/narrow_figures")  # for a phone
REPORT = Path("reports/report.html")
SUMMARY = Path("reports/summary.json")  # what the report says, for programs

BENCHMARK_EXPERIMENTS = Path("benchmarks/results/experiments.json")
BENCHMARK_MODELS = Path("benchmarks/results/models.md")
BENCHMARK_DENOISE = Path("benchmarks/results/denoise.md")
BENCHMARK_SCALE = Path("benchmarks/results/scale.md")
BENCHMARK_CLUSTER = Path("benchmarks/results/cluster.md")
BENCHMARK_NOTEBOOK = Path("benchmarks/results/beside_notebook.md")
BENCHMARK_NATURAL = Path("benchmarks/results/natural.md")
BENCHMARK_METHODS = Path("benchmarks/results/methods_with_bm3d.csv")
BENCHMARK_STEPS = Path("benchmarks/results/steps.md")
BENCHMARK_STAGES = Path("benchmarks/results/stages.md")
BENCHMARK_SWEEPS = Path("benchmarks/results/sweeps")
VARIABILITY = Path("benchmarks/results/variability.json")

# Not results: kept by neither Git nor DVC.
LOCKS = Path(".dvc/tmp/stages")
CHECKPOINTS = Path(".dvc/tmp/training")
KERAS_SETTINGS = Path(".dvc/tmp/keras")
LOGS = Path("logs")
TRAIN_LOG = LOGS / "train.log"
TRAIN_TIMES = LOGS / "times/train.csv"
BASELINES_TIMES = LOGS / "times/baselines.csv"
EVALUATE_TIMES = LOGS / "times/evaluate.csv"
