"""The results as text: a table on the terminal, a page of Markdown."""

from dataclasses import dataclass

from .runner import baseline, best_peer, paired_ratio


@dataclass
class Row:
    """One competitor's line in a table; the ratio is how many times our value it needs."""

    label: str
    median: str
    minimum: str
    ratio: str


@dataclass
class Run:
    """Everything one call of the harness learnt: settings, versions, and the results of each workload."""

    date: str
    machine: dict
    threads: int
    rounds: int
    described: dict
    unable: dict
    results: list


def rows(workload, results):
    """The lines of one workload's table."""
    base = baseline(results)
    return [row(workload, result, base) for result in results]


def row(workload, result, base):
    unit, scale = workload.unit
    label = result.competitor.label
    if result.error:
        return Row(label, "failed", "", shortened(result.error))
    ratio = "" if base is None else f"{paired_ratio(result, base):.2f} ×"
    return Row(
        label, f"{figure(result.median * scale)} {unit}", f"{figure(result.minimum * scale)} {unit}", ratio
    )


def figure(value):
    """A number with three significant digits, never in exponent form.

    >>> figure(0.23456), figure(12.345), figure(1234.5)
    ('0.235', '12.3', '1234')
    """
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3 if value >= 0.1 else 4
    return f"{value:.{digits}f}"


def shortened(text, length=160):
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def verdict(results):
    """One line: our value against the best peer's, and against torch.compile's where it was measured."""
    base, best = baseline(results), best_peer(results)
    if base is None or best is None:
        return ""
    parts = [f"{base.competitor.label} against the best peer ({best.competitor.label}): {times(best, base)}"]
    parts += [
        f"against {result.competitor.label}: {times(result, base)}"
        for result in results
        if result.values and result.competitor.is_peer and not result.competitor.counts_as_best
    ]
    return "; ".join(parts)


def times(peer, base):
    """The paired ratio in words.

    It is above 1 where the peer needs more time (or space) than we do.
    """
    return f"{paired_ratio(peer, base):.2f} ×"


def terminal_table(workload, results):
    """The table of one workload for the terminal."""
    lines = [workload.title]
    table = rows(workload, results)
    width = max((len(line.label) for line in table), default=0)
    lines += [
        f"  {line.label:<{width}}  {line.median:>12}  min {line.minimum:>12}  {line.ratio:>9}"
        if line.median != "failed"
        else f"  {line.label:<{width}}  failed: {line.ratio}"
        for line in table
    ]
    return "\n".join([*lines, *(f"  {line}" for line in [verdict(results)] if line), ""])


def markdown(run, pictures=()):
    """The page that `--write` leaves in RESULTS.md or SWEEPS.md."""
    return "\n".join([*heading(run), *summary(run), *map(picture, pictures), *sections(run)]) + "\n"


def heading(run):
    machine = run.machine
    is_sweep = bool(run.results) and all(workload.group != "main" for workload, _ in run.results)
    lines = [
        "# Sweeps" if is_sweep else "# Results",
        "",
        f"Measured on {run.date} by `python -m benchmarks{' --sweeps' if is_sweep else ''} --write` in {run.rounds} rounds, every process on "
        f"{run.threads} of {machine['cores']} cores: {machine['processor']}, {machine['system']}"
        + (f", load average {machine['load']} at the start." if machine["load"] is not None else "."),
        "[README.md](README.md) says what is timed and how to read it.",
        "",
        "| measured | versions | |",
        "|---|---|---|",
    ]
    lines += [
        f"| {label} | {', '.join(found['versions'])} | {found['note']} |"
        for label, found in run.described.items()
    ]
    lines += [f"| {label} | could not run | {escaped(reason)} |" for label, reason in run.unable.items()]
    return [*lines, ""]


def summary(run):
    """One line a workload: ours, the best peer, and the paired ratio (how many times faster or smaller we are)."""
    lines = ["| workload | minikeras | best peer | | ratio |", "|---|--:|--:|---|--:|"]
    for workload, results in run.results:
        base, best = baseline(results), best_peer(results)
        if workload.group != "main" or base is None or best is None:
            continue
        unit, scale = workload.unit
        lines.append(
            f"| {workload.title} | {figure(base.median * scale)} {unit} | {figure(best.median * scale)} {unit} "
            f"| {best.competitor.label} | **{times(best, base)}** |"
        )
    return [*lines, ""] if len(lines) > 2 else []


def picture(path):
    return f"![{path.stem}]({path.name})\n"


def sections(run):
    """One table a workload of the main list, one table a sweep."""
    lines, sweeps = [], {}
    for workload, results in run.results:
        if workload.group == "main":
            lines += ["", f"## {workload.title}", "", "| | median | min | ratio |", "|---|--:|--:|--:|"]
            lines += [
                f"| {line.label} | {line.median} | {line.minimum} | {escaped(line.ratio)} |"
                for line in rows(workload, results)
            ]
        else:
            sweeps.setdefault(workload.group, []).append((workload, results))
    for members in sweeps.values():
        lines += sweep_table(members)
    return lines


def sweep_table(members):
    """A column for each competitor, a line for each size; milliseconds (medians)."""
    first_workload, first_results = members[0]
    labels = [result.competitor.label for result in first_results]
    lines = [
        "",
        f"## {first_workload.title}",
        "",
        f"| | {' | '.join(labels)} |",
        "|---|" + "--:|" * len(labels),
    ]
    for workload, results in members:
        unit, scale = workload.unit
        cells = [
            f"{figure(result.median * scale)} {unit}" if result.values else "failed" for result in results
        ]
        lines.append(f"| {workload.size} | {' | '.join(cells)} |")
    return lines


def escaped(text):
    return shortened(text).replace("|", "\\|")
