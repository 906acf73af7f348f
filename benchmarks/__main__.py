"""`python -m benchmarks`: times minikeras beside its peers and prints, or writes, the tables."""

import argparse
import sys
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from . import competitors, footprint, plot, report, runner
from .workloads import SWEEPS, WORKLOADS

FOLDER = Path(__file__).resolve().parent


def main(arguments=None):
    """Measure what the arguments ask for. Returns 1 if a competitor failed, else 0."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    try:
        invited = competitors.own(options.kernels)
        for peer in options.peer:
            invited += competitors.peers(peer)
        workloads = chosen(options.workloads, options.sweeps)
    except ValueError as error:
        parser.error(str(error))
    if options.write and not find_spec("matplotlib"):
        parser.error("--write draws a plot and needs matplotlib: pip install matplotlib")
    run = measure(invited, workloads, options)
    if options.write:
        pictures = plot.draw(run, options.folder)
        page = "SWEEPS.md" if options.sweeps else "RESULTS.md"
        (options.folder / page).write_text(report.markdown(run, pictures), encoding="utf-8")
    failed = run.unable or any(result.error for _, results in run.results for result in results)
    return 1 if failed else 0


def argument_parser():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--peer",
        action="append",
        default=[],
        metavar="NAME=PYTHON",
        help=f"measure also this peer ({', '.join(competitors.PEERS)}), run by this interpreter; may be repeated",
    )
    parser.add_argument(
        "--kernels",
        nargs="+",
        default=["native", "reference"],
        metavar="KIND",
        help="kinds of minikeras kernels to measure (default: native reference)",
    )
    names = ", ".join(workload.name for workload in WORKLOADS)
    parser.add_argument("--workloads", nargs="+", metavar="NAME", help=f"only these workloads ({names})")
    parser.add_argument("--sweeps", action="store_true", help="sweep batch sizes and widths instead")
    parser.add_argument(
        "--rounds", type=positive(int), default=7, help="values of each competitor (default 7)"
    )
    parser.add_argument("--seconds", type=positive(float), default=0.5, help="length of a turn (default 0.5)")
    parser.add_argument("--threads", type=positive(int), default=2, help="cores of each process (default 2)")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md, or SWEEPS.md, and its plot")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where --write writes (default: benchmarks/)"
    )
    return parser


def positive(kind):
    """A converter for argparse that refuses numbers that are not above 0."""

    def convert(text):
        number = kind(text)
        if number <= 0:
            raise argparse.ArgumentTypeError(f"expected a number above 0, received {text}")
        return number

    return convert


def chosen(names, sweeps):
    """The workloads called `names`; without names all of the main list, or all of the sweeps."""
    everything = {workload.name: workload for workload in (*WORKLOADS, *SWEEPS)}
    unknown = [name for name in names or () if name not in everything]
    if unknown:
        raise ValueError(
            f"--workloads expected names out of {', '.join(everything)}, received {unknown[0]!r}."
        )
    if names is None:
        return list(SWEEPS if sweeps else WORKLOADS)
    return [everything[name] for name in names]


def measure(invited, workloads, options):
    """Run everything, printing each table as soon as it is there."""
    machine = footprint.machine()
    described, unable = runner.describe(invited, options.threads)
    for label, found in described.items():
        print(f"{label}: {', '.join(found['versions'])} {found['note']}")
    for label, reason in unable.items():
        print(f"{label} cannot run here: {report.shortened(reason)}")
    print(flush=True)
    able = [competitor for competitor in invited if competitor.label in described]
    turns = runner.Runner(able, options.threads, options.rounds, options.seconds)
    results = []
    for workload in workloads:
        results.append((workload, turns.run(workload)))
        print(report.terminal_table(*results[-1]), flush=True)
    return report.Run(
        date.today().isoformat(), machine, options.threads, options.rounds, described, unable, results
    )


if __name__ == "__main__":
    sys.exit(main())
