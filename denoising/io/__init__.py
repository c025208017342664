"""Files: written whole or not at all; tables, prepared splits, baseline results and contact sheets; progress bars."""
