"""Which epoch of a training is kept, and when it ends."""

from denoising.training.checkpoint import EpochMetrics


def best_epoch(history: list[EpochMetrics]) -> int:
    """Return the epoch with the highest validation PSNR, counted from 1; the first of equal ones."""
    return 1 + max(range(len(history)), key=lambda number: history[number]["validation/psnr"])


def finished(history: list[EpochMetrics], *, epochs: int, patience: int) -> bool:
    """Say whether all epochs are done, or the last `patience` of them (if it is not 0) brought no better PSNR."""
    return len(history) >= epochs or bool(patience and history and len(history) - best_epoch(history) >= patience)
