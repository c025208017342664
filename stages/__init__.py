"""The stages of the pipeline, in the order of the data: prepare, train, evaluate, plot."""
