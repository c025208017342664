"""Training: the loader, losses, optimizers, validation, checkpoints and the log."""
