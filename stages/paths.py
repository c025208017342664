"""Where everything lies, relative to the folder of params.yaml."""

from pathlib import Path

PARAMS = Path("params.yaml")
EXPERIMENTS = Path("experiments")

PREPARED = Path("data/prepared")
BASELINES = Path("data/baselines")

DENOISER = Path("models/denoiser.h5")
CLASSIFIER = Path("models/classifier.h5")

TRAINING = Path("reports/training")  # metrics.json, provenance.json and DVCLive's plots
TRAINING_PROVENANCE = TRAINING / "provenance.json"
CLASSIFIER_METRICS = Path("reports/classifier/metrics.json")
METRICS = Path("reports/metrics.json")
PROVENANCE = Path("reports/provenance.json")
EVALUATION = Path("reports/evaluation")
EXAMPLE_SHEETS = EVALUATION / "examples"
EXAMPLES = Path("reports/examples.csv")
FIGURES = Path("reports/figures")
REPORT = Path("reports/report.html")

BENCHMARK_ARCHITECTURES = Path("benchmarks/results/architectures.json")
BENCHMARK_NOTEBOOK = Path("benchmarks/results/beside_notebook.md")

# Not results: kept by neither Git nor DVC.
LOCK = Path(".dvc/tmp/stage.lock")
CHECKPOINTS = Path(".dvc/tmp/training")
TRAIN_LOG = Path("logs/train.log")
TRAIN_TIMES = Path("logs/times/train.csv")
BASELINES_TIMES = Path("logs/times/baselines.csv")
EVALUATE_TIMES = Path("logs/times/evaluate.csv")
