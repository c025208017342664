"""The report: one HTML page with all numbers and figures, which needs no network."""
