"""Plain text in aligned columns."""


def aligned(rows: list[list[str]], left: int) -> list[str]:
    """Lines whose cells stand below each other, two spaces apart.

    Args:
        rows: Cells of each line, the same number in all.
        left: So many first columns are flush left, the others flush right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_padded(row, widths, left)).rstrip() for row in rows]


def _padded(row: list[str], widths: list[int], left: int) -> list[str]:
    cells = enumerate(zip(row, widths, strict=True))
    return [cell.ljust(width) if i < left else cell.rjust(width) for i, (cell, width) in cells]
