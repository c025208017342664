"""Evaluation: scores per image, summaries with confidence intervals, comparisons, and checks against leakage."""
