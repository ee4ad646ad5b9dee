"""What a manifest may hold. In: the bytes of a `_step.json`. Out: its value, or what is wrong with it.

A file that fails this check counts as missing, so that a run writes its table anew. runner/manifests.py has the keys that it needs.
"""

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

_File = tuple[str, str, int, int, str]  # corpus, name, bytes, modified in ns, encoding


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class _Corpus(_Part):
    name: str
    role: str
    paths: list[str]


class _Grown(_Part):
    run: str = Field(alias="from")
    parts: list[str]


class _Manifest(_Part):
    format_version: int
    table: str = ""
    step: str = ""
    run_id: str = ""
    fingerprint: str = ""
    config: dict[str, dict[str, Any] | list[_Corpus]] = {}
    versions: dict[str, str] = {}
    inputs: dict[str, Annotated[str | list[_File], Field(union_mode="left_to_right")]] = {}
    files: dict[str, int] = {}
    grown: list[_Grown] = []
    rejected: dict[str, int] = {}
    spark: dict[str, float] = {}
    losses: list[float | None] = []
    rows_in: int = 0
    rows_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    peak_rss_bytes: int = 0
    seconds: float = 0
    cpu_seconds: float = 0
    train_seconds: float = 0
    words_per_second: float = 0


def parsed(content: bytes) -> dict[str, Any]:
    """The value of a manifest. Raises ValueError, in few words, if it is none."""
    try:
        _Manifest.model_validate_json(content)
        value: dict[str, Any] = json.loads(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        at = ".".join(map(str, first["loc"]))
        raise ValueError(f"{at}: {first['msg']}" if at else first["msg"]) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value
