"""Classical filters as baselines, each tuned on validation images, and their results over noise factors."""
