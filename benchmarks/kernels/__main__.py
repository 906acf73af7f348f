"""Times single kernels: microseconds, and for products the share of the machine's measured peak.

    python -m benchmarks.kernels [--threads N] [--only WORD] [--seconds S]

The peak is what multiply-adds between registers reach with the same instruction set and threads, measured in the same
run. Every case runs for a moment and reports its fastest and its median call: on a shared machine believe the fastest.
"""

import argparse
import time

import numpy as np

from benchmarks.kernels.cases import cases
from minikeras import kernels


def measured_peak():
    """Floating-point operations a second between registers, or None without the native module."""
    try:
        from minikeras.kernels import _native
    except ImportError:
        return None
    if kernels.implementation() == "reference":
        return None
    rounds, best = 200_000, 0.0
    for _ in range(20):
        start = time.perf_counter()
        operations = _native.multiply_add_peak(rounds)
        best = max(best, operations / (time.perf_counter() - start))
    return best


def times(function, seconds):
    """The fastest and the median time of a call, from calls that fill some seconds."""
    function()
    measured, end = [], time.perf_counter() + seconds
    while len(measured) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        function()
        measured.append(time.perf_counter() - start)
    return min(measured), float(np.median(measured))


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernels", description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, help="threads of the native kernels")
    parser.add_argument("--only", default="", help="only the cases whose name holds this word")
    parser.add_argument("--seconds", type=float, default=0.3, help="seconds for each case")
    arguments = parser.parse_args()
    if arguments.threads:
        kernels.set_num_threads(arguments.threads)
    peak = measured_peak()
    reached = f", peak {peak / 1e9:.0f} GFLOP/s" if peak else ""
    print(f"{kernels.implementation()}, {kernels.num_threads()} threads{reached}\n")
    print(f"{'kernel':<46}{'fastest µs':>12}{'median µs':>12}{'GFLOP/s':>10}{'of peak':>9}")
    for name, operations, function in cases():
        if arguments.only not in name:
            continue
        fastest, median = times(function, arguments.seconds)
        line = f"{name:<46}{fastest * 1e6:>12.1f}{median * 1e6:>12.1f}"
        if operations:
            line += f"{operations / fastest / 1e9:>10.0f}"
            line += f"{operations / fastest / peak:>9.0%}" if peak else ""
        print(line)


if __name__ == "__main__":
    main()
