"""Times single kernels: microseconds, and the share of what the machine can do at most.

    python -m benchmarks.kernels [--threads N] [--only WORD] [--seconds S]

Two things bound a kernel: its multiply-adds, and the bytes it must read and write at least once. What the machine can do
of each is measured in the same run with the same instruction set and threads: multiply-adds between registers, and copies
of as many bytes, in whichever cache holds them. `of peak` is the time that the tighter bound allows over the time taken,
with `flops` or `bytes` saying which it is. (A share of bytes may pass 100 %: a kernel that only reads moves faster than a
copy.) Every case runs for a moment and reports its fastest and its median call: on a shared machine believe the fastest.
With one thread the clock is the processor's own time for this process, which other processes do not lengthen.
"""

import argparse
import math
import time
from functools import cache

import numpy as np

from benchmarks.kernels.cases import cases
from minikeras import kernels


def native_module():
    """The native module, or None where the reference runs: it has no peak to compare with."""
    if kernels.implementation() == "reference":
        return None
    from minikeras.kernels import _native

    return _native


def now():
    """Seconds, for differences."""
    return time.process_time() if kernels.num_threads() == 1 else time.perf_counter()


def best_rate(function, runs=20):
    """The most that `function` reported per second."""
    best = 0.0
    for _ in range(runs):
        start = now()
        done = function()
        best = max(best, done / (now() - start))
    return best


@cache
def copy_rate(power):
    """Bytes a second that copies move when they touch 2**power bytes in all."""
    floats = 2**power // 8
    return best_rate(lambda: native_module().copy_peak(floats, max(1, 2**24 // floats)))


def bound(operations, touched, peak):
    """The least seconds that the machine needs, and what sets them."""
    moving = touched / copy_rate(max(14, math.ceil(math.log2(touched))))
    computing = operations / peak
    return (computing, "flops") if computing > moving else (moving, "bytes")


def times(function, arguments, seconds):
    """The fastest and the median time of a call, from calls that fill some seconds."""
    function(*arguments)
    measured, end = [], time.perf_counter() + seconds
    while len(measured) < 5 or time.perf_counter() < end:
        start = now()
        function(*arguments)
        measured.append(now() - start)
    return min(measured), float(np.median(measured))


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernels", description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, help="threads of the native kernels")
    parser.add_argument("--only", default="", help="only the cases whose name holds this word")
    parser.add_argument("--seconds", type=float, default=0.3, help="seconds for each case")
    arguments = parser.parse_args()
    if arguments.threads:
        kernels.set_num_threads(arguments.threads)
    native = native_module()
    peak = best_rate(lambda: native.multiply_add_peak(200_000)) if native else None
    reached = f", peak {peak / 1e9:.0f} GFLOP/s" if peak else ""
    print(f"{kernels.implementation()}, {kernels.num_threads()} threads{reached}\n")
    print(f"{'kernel':<50}{'fastest µs':>12}{'median µs':>12}{'GFLOP/s':>9}{'GB/s':>7}{'of peak':>9}")
    for case in cases():
        if arguments.only not in case.name:
            continue
        fastest, median = times(case.kernel, case.arguments, arguments.seconds)
        touched = case.bytes_touched()
        line = f"{case.name:<50}{fastest * 1e6:>12.1f}{median * 1e6:>12.1f}"
        line += f"{case.operations / fastest / 1e9:>9.0f}" if case.operations else " " * 9
        line += f"{touched / fastest / 1e9:>7.0f}"
        if peak:
            least, what = bound(case.operations, touched, peak)
            line += f"{least / fastest:>9.0%} {what}"
        print(line)


if __name__ == "__main__":
    main()
