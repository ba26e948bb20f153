def difference(before, after) -> str:
    """What was added and taken away, for the history."""
    before, after = ({str(row) for row in rows} for rows in (before, after))
    signs = [("+", after - before), ("−", before - after)]
    return " ".join(f"{sign} {', '.join(sorted(rows))}" for sign, rows in signs if rows)
