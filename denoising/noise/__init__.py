"""Noise: models, their moments in closed form, noise drawn anew in every epoch, and other noise on a split."""
