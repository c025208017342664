"""Inference: saved models are loaded without the code that built them, and applied."""
