"""A model as a table in a notebook."""

import html

from minikeras.models.summary import summary_rows, totals

_CELL = "padding:2px 10px;text-align:{side};border-bottom:1px solid #8884"
_MOST_ROWS = 200


def model_page(model):
    """The summary of a model in HTML; names are escaped, for they may come from a stranger's file."""
    header, rows = summary_rows(model)
    left_out = len(rows) - _MOST_ROWS
    body = [_row("td", header, row) for row in rows[:_MOST_ROWS]]
    if left_out > 0:
        body.append(f'<tr><td colspan="{len(header)}">and {left_out:,} more layers</td></tr>')
    kind = html.escape(type(model).__name__)
    return (
        f'<div><div><b>{html.escape(model.name)}</b> <span style="opacity:.6">{kind}</span></div>'
        f'<table style="border-collapse:collapse;font-size:90%"><thead>{_row("th", header, header)}</thead>'
        f"<tbody>{''.join(body)}</tbody></table>"
        f'<div style="font-size:85%;opacity:.75">{html.escape(" · ".join(line.strip() for line in totals(model)))}</div></div>'
    )


def _row(tag, header, cells):
    sides = ["right" if name == "Param #" else "left" for name in header]
    texts = [
        f'<{tag} style="{_CELL.format(side=side)}">{html.escape(str(cell))}</{tag}>'
        for side, cell in zip(sides, cells, strict=True)
    ]
    return f"<tr>{''.join(texts)}</tr>"
