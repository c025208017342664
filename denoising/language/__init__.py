"""The languages of figures and report."""
