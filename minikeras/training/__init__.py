"""Training: data in batches, the loop, the progress bar."""
