"""The results as pictures: bars of the paired ratios, and curves of the sweeps. Needs matplotlib."""

from .runner import baseline, paired_ratio


def draw(run, folder):
    """Write the pictures into `folder` and return their paths."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    matplotlib.rcParams.update({"svg.hashsalt": "minikeras", "svg.fonttype": "none"})
    main = [pair for pair in run.results if pair[0].group == "main" and baseline(pair[1])]
    sweeps = {}
    for workload, results in run.results:
        if workload.group != "main":
            sweeps.setdefault(workload.group, []).append((workload, results))
    paths = []
    if main:
        paths.append(bars(pyplot, main, folder / "results.svg"))
    if sweeps:
        paths.append(curves(pyplot, sweeps, folder / "sweeps.svg"))
    return paths


def bars(pyplot, pairs, path):
    """How many times our time, or space, each competitor needs: one panel a workload, logarithmic."""
    columns = 3
    lines = -(-len(pairs) // columns)
    figure, grid = pyplot.subplots(
        lines, columns, figsize=(15, 2.4 * lines), squeeze=False, layout="constrained"
    )
    for axes in grid.flat[len(pairs) :]:
        axes.set_visible(False)
    for axes, (workload, results) in zip(grid.flat, pairs, strict=False):
        base = baseline(results)
        shown = [result for result in results if result.values]
        ratios = [paired_ratio(result, base) for result in shown]
        colours = ["tab:gray" if result.competitor.is_peer else "tab:blue" for result in shown]
        drawn = axes.barh([result.competitor.label for result in shown], ratios, color=colours)
        axes.bar_label(drawn, [f" {ratio:.3g}" for ratio in ratios], fontsize=8)
        axes.set(xscale="log", title=workload.title)
        axes.title.set_fontsize(9)
        axes.tick_params(labelsize=8)
        axes.invert_yaxis()
        axes.margins(x=0.25)
    figure.supxlabel("times what minikeras needs (logarithmic)")
    return saved(pyplot, figure, path)


def curves(pyplot, sweeps, path):
    """Milliseconds a step over the size that is swept, both logarithmic."""
    figure, grid = pyplot.subplots(
        1, len(sweeps), figsize=(5.5 * len(sweeps), 4.5), squeeze=False, layout="constrained"
    )
    for axes, members in zip(grid.flat, sweeps.values(), strict=True):
        by_label = {}
        for workload, results in members:
            for result in results:
                if result.values:
                    by_label.setdefault(result.competitor.label, (result.competitor, []))[1].append(
                        (workload.size, 1e3 * result.median)
                    )
        for competitor, points in by_label.values():
            axes.plot(
                *zip(*points, strict=True), "o-", label=competitor.label, lw=1 if competitor.is_peer else 2.5
            )
        axes.set(xscale="log", yscale="log", title=members[0][0].title, ylabel="ms a step")
        axes.title.set_fontsize(9)
    grid.flat[0].legend(fontsize=8)
    return saved(pyplot, figure, path)


def saved(pyplot, figure, path):
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return path
