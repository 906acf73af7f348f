"""A history as a table in a notebook, each metric with a small curve."""

import html
import math

_WIDTH, _HEIGHT = 140, 26
_CELL = "padding:2px 10px;text-align:{side};border-bottom:1px solid #8884"


def history_page(history, epochs):
    """The metrics {name: [value of each epoch]} in HTML: a curve (SVG), the first value, the last, the extremes."""
    named = {name: list(values) for name, values in history.items() if len(values)}
    head = ["", "", "first", "last", "lowest", "highest"]
    rows = "".join(_row(name, values) for name, values in named.items())
    return (
        f'<div><div><b>History</b> <span style="opacity:.6">{len(epochs)} epochs</span></div>'
        f'<table style="border-collapse:collapse;font-size:90%"><thead><tr>{_cells("th", head)}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(name, values):
    numbers = [v for v in values if _is_number(v)]
    texts = [_text(values[0]), _text(values[-1])]
    finite = [v for v in numbers if math.isfinite(v)]
    texts += [_text(min(finite)), _text(max(finite))] if finite else ["", ""]
    curve = f'<td style="{_CELL.format(side="left")}">{_curve(finite, numbers)}</td>'
    return f"<tr>{_cells('td', [name])}{curve}{_cells('td', texts, 'right')}</tr>"


def _cells(tag, texts, side="left"):
    return "".join(f'<{tag} style="{_CELL.format(side=side)}">{html.escape(text)}</{tag}>' for text in texts)


def _curve(finite, numbers):
    """The values as a line; where one is not finite the line has a gap."""
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    step = (_WIDTH - 4) / max(len(numbers) - 1, 1)
    parts, pen = [], "M"
    for i, value in enumerate(numbers):
        if not math.isfinite(value):
            pen = "M"
            continue
        share = (value - low) / (high - low) if high > low else 0.5
        parts.append(f"{pen}{2 + i * step:.1f} {2 + (1 - share) * (_HEIGHT - 4):.1f}")
        pen = "L"
    last = parts[-1][1:].split()
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="from {low:.4g} to {high:.4g}">'
        f'<path d="{"".join(parts)}" fill="none" stroke="#2c6fad" stroke-width="1.5"/>'
        f'<circle cx="{last[0]}" cy="{last[1]}" r="2" fill="#2c6fad"/></svg>'
    )


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _text(value):
    return f"{value:.4g}" if _is_number(value) else str(value)[:40]
