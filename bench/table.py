"""Tables in Markdown, as docs/performance.md has them."""

from collections.abc import Callable, Iterable

NOTHING = "–"


def table(columns: dict[str, Callable], rows: Iterable) -> str:
    """Each column's heading with what it shows of a row; all but the first stand to the right."""
    lines = [list(columns), *([shown(cell(row)) for cell in columns.values()] for row in rows)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    lines.insert(1, [":".rjust(width, "-") for width in widths])
    lines[1][0] = "-" * widths[0]
    return "\n".join(map(_line, lines, [widths] * len(lines)))


def _line(cells, widths):
    first, *others = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join([cells[0].ljust(len(first)), *others])} |"


def shown(value) -> str:
    """Three significant digits of what is below a hundred."""
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return f"{value:.3g}" if value < 100 else f"{value:,.0f}".replace(",", " ")
    return f"{value:,}".replace(",", " ") if isinstance(value, int) else value


def kilobytes(number: int | None) -> float | None:
    return None if number is None else number / 1000
