"""What the stages are made of: one idea a file, and a folder for what only one stage needs."""
