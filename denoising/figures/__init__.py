"""Figures: what each shows, how it is drawn, and one style for all."""
