"""Translations by gettext (.po), by polib. Each file is a record; its field `text` has a line for each translation.

Left out are what was not translated, and translations that are marked as fuzzy or obsolete: these belong to another original. Where
a manual written in reStructuredText was translated, as Python's, roles lose their marks.
"""

import re
from collections.abc import Iterator

import polib

from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.untrusted import read_markup_apart

_LONGEST = 1 << 24  # characters
_ROLE = re.compile(r":[A-Za-z][\w:+.-]*:`([^`]*)`")  # :ref:`text <target>`
_TARGET = re.compile(r"(?s)\s*<[^<>]*>$")
_LINK = re.compile(r"`([^`<>]+?)\s*<[^<>`]*>`__?")  # `text <address>`_
_MARKS = re.compile(r"``([^`]+)``|\*\*([^*\n]+)\*\*|(?<![\w*])\*([^*\s][^*\n]*)\*(?![\w*])|(?<!`)`([^`\n]+)`_{0,2}|\|([^|\s]+)\|")


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file."""
    return read_markup_apart(source, "PO", _LONGEST, text_of_po)


def text_of_po(catalogue: str) -> str:
    """A line for each translation that stands for its original as it is."""
    entries = polib.pofile("#\n" + catalogue)  # polib opens the file that its argument names, and no name begins so
    lines: list[str] = []
    for entry in entries:
        if entry.translated():  # not fuzzy, not obsolete
            for translation in [entry.msgstr] if entry.msgstr else entry.msgstr_plural.values():
                lines += without_roles(translation).splitlines()
    return "\n".join(filter(None, map(str.strip, lines)))


def shown_by_role(content: str) -> str:
    """What Sphinx shows of a reference: its text, and of ~a.b.c the last part."""
    text = _TARGET.sub("", content)
    return text.rpartition(".")[2] if text.startswith("~") and "." in text else text.lstrip("~!")


def without_roles(text: str) -> str:
    """The text of a paragraph of reStructuredText."""
    text = _ROLE.sub(lambda role: shown_by_role(role[1]), text)
    text = _LINK.sub(r"\1", text)
    return _MARKS.sub(lambda mark: next(filter(None, mark.groups())), text)
