"""Draws kvbench's results as one page, from the file that `kvbench --results` writes."""
