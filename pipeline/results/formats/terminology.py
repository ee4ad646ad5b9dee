"""What the formats for terms write: listed terms, what the text says of them, and what they were mined from."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wajue.results.formats.concepts import Concept, concepts


@dataclass(frozen=True)
class Terminology:
    """ranked: rows of `terms` by rank; relations: those of term_relations that name one of them, and their `source`."""

    ranked: list[dict[str, Any]]
    relations: list[dict[str, Any]]
    corpora: list[str]
    language: str  # BCP 47
    columns: tuple[str, ...] = ()  # of a spreadsheet, as the user chose them; none: those that every spreadsheet has

    @cached_property
    def concepts(self) -> list[Concept]:
        """The terms with all that names the same thing."""
        return concepts(self.ranked, self.relations, self.language)

    @property
    def title(self) -> str:
        """The corpora that it was mined from."""
        return ", ".join(self.corpora)


def figures(row: dict[str, Any]) -> str:
    """What speaks for a term, in words."""
    names = ("score", "domain_count", "general_count", "keyness", "log_ratio", "source")
    given = ((name, row[name]) for name in names if row[name] is not None)
    return ", ".join(f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in given)
