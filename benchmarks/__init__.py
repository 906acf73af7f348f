"""Timings of minikeras beside the frameworks it wants to beat: `python -m benchmarks --help`."""
