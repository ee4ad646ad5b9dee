"""Figures and texts as the template writes them. In: a value. Out: a string."""

from collections.abc import Callable

from wajue import console

_LINE_ENDS = str.maketrans({"\n": "↵"})
_INVISIBLE = str.maketrans({" ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍", "\u3000": "□", "\u200b": "␣"})


def thousands(value: int | None) -> str:
    """1,234,567; a dash for what is not known."""
    return "–" if value is None else f"{value:,}"


def size(value: float | None) -> str:
    """Bytes; the figure and its unit stay on one line."""
    return console.size(value).replace(" ", "\N{NO-BREAK SPACE}")


def seconds(value: float | None) -> str:
    """A time; the figure and its unit stay on one line."""
    return console.seconds(value).replace(" ", "\N{NO-BREAK SPACE}")


def times(bits: float) -> str:
    """How many times as frequent so many bits are: 3.2, or 1/3.2 for negative bits."""
    factor = f"{float(f'{2 ** abs(bits):.2g}'):,.10g}"
    return factor if bits >= 0 else f"1/{factor}"


def visible(text: str) -> str:
    """White space as signs, because a change of it would not show otherwise."""
    return text.translate(_INVISIBLE)


def flat(text: str) -> str:
    """Text on one line, its line ends as signs."""
    return text.translate(_LINE_ENDS)


FILTERS: dict[str, Callable[..., str]] = {f.__name__: f for f in (thousands, size, seconds, times, visible, flat)}
