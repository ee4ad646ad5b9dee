"""Fields of a record, by their paths. In: the fields as a reader gives them. Out: a value, or the text of several of them."""

from collections.abc import Iterator
from typing import Any

Fault = tuple[str, str]  # reason and detail
_JSON_TYPES = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object", type(None): "null"}


def json_type(value: Any) -> str:
    """What JSON calls the type of a value."""
    return _JSON_TYPES.get(type(value), type(value).__name__)


def field(fields: dict[str, Any], path: str) -> Any:
    """The value of a field. Dots reach inside, also into the objects of lists. Raises KeyError if there is none."""
    if path in fields:
        return fields[path]
    value: Any = fields
    for part in path.split("."):
        if isinstance(value, list):
            value = [item[part] for item in _flat(value) if isinstance(item, dict) and part in item]
        elif isinstance(value, dict):
            value = value[part]
        else:
            raise KeyError(path)
    return value


def _flat(values: list[Any]) -> Iterator[Any]:
    """What is in a list, and in the lists in it."""
    within = [iter(values)]  # lists may lie deeper in each other than calls may
    while within:
        for value in within[-1]:
            if isinstance(value, list):
                within.append(iter(value))
                break
            yield value
        else:
            within.pop()


def text_of(fields: dict[str, Any], paths: tuple[str, ...]) -> tuple[str, Fault | None]:
    """(the fields joined by newlines, None), or (the text so far, what is wrong) if one of them is unusable."""
    parts: list[str] = []
    for path in paths:
        try:
            value = field(fields, path)
        except KeyError:
            return "\n".join(parts), ("missing_field", f"no field {path!r}; there are: {', '.join(map(str, fields))[:300]}")
        if value is None:
            return "\n".join(parts), ("null_field", f"field {path!r} is null")
        if isinstance(value, str):
            parts.append(value)
        elif isinstance(value, list) and all(isinstance(v, str | None) for v in _flat(value)):
            parts += [v for v in _flat(value) if v is not None]
        else:
            return "\n".join(parts), ("wrong_type", f"field {path!r} is a {json_type(value)}, not a string or a list of strings")
    return "\n".join(parts), None
