"""Nested settings as lists that people read."""

from typing import Any


def sections(settings: dict[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Nested settings as titled lists of (dotted key, value).

    Example:
        >>> sections({"seeds": [1, 2], "model": {"noise": {"size": 100}}})
        [('experiment', [('seeds', '1, 2')]), ('model', [('noise.size', '100')])]
    """
    plain = [(key, _text(v)) for key, v in settings.items() if not isinstance(v, dict)]
    nested = [(key, _flat(value)) for key, value in settings.items() if isinstance(value, dict)]
    return ([("experiment", plain)] if plain else []) + nested


def _flat(settings: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in settings.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            # A list of layers: one line each, numbered as people count
            rows += [(f"{prefix}{key} {i}", _text(layer)) for i, layer in enumerate(value, 1)]
        else:
            rows.append((prefix + key, _text(value)))
    return rows


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(v)}" for key, v in value.items() if v is not None)
    if isinstance(value, list):
        return ", ".join(_text(entry) for entry in value)
    if value is None:
        return "none"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
