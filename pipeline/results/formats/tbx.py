"""TBX-Basic in the style DCA, ISO 30042:2019: an entry for each concept, a section for each of its languages.

TBX-Basic has one kind of reference between concepts; which one is broader its notes say.
"""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from wajue.results.formats.concepts import Concept, Label
from wajue.results.formats.terminology import Terminology, figures

_TBX = "urn:iso:std:iso:30042:ed-2"
_TERM_TYPES = {"full form": "fullForm", "gloss": "fullForm", "variant": "variant"}
_PREFERRED = "preferredTerm-admn-sts"
_LINKS = ("broader", "narrower", "related")


def write_tbx(terms: Terminology, path: Path) -> None:
    """The entries by rank."""
    root = ET.Element("tbx", {"type": "TBX-Basic", "style": "dca", "xml:lang": terms.language, "xmlns": _TBX})
    described = ET.SubElement(ET.SubElement(root, "tbxHeader"), "fileDesc")
    ET.SubElement(ET.SubElement(described, "titleStmt"), "title").text = f"Terms of {terms.title}"
    ET.SubElement(ET.SubElement(described, "sourceDesc"), "p").text = "Mined by wajue from raw text, without labels"
    body = ET.SubElement(ET.SubElement(root, "text"), "body")
    for concept in terms.concepts:
        entry = ET.SubElement(body, "conceptEntry", {"id": _id(concept)})
        ET.SubElement(entry, "descrip", {"type": "subjectField"}).text = terms.title
        ET.SubElement(entry, "note").text = f"rank {concept.row['rank']}, {figures(concept.row)}"
        _add_links(entry, concept, terms.concepts)
        _add_sections(entry, concept, terms.language)
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _id(concept: Concept) -> str:
    return f"c{concept.row['rank']}"


def _add_links(entry: ET.Element, concept: Concept, concepts: list[Concept]) -> None:
    for kind in _LINKS:
        if others := [concepts[i] for i in getattr(concept, kind)]:
            ET.SubElement(entry, "note").text = f"{kind}: {', '.join(other.row['term'] for other in others)}"
            for other in others:
                ET.SubElement(entry, "ref", {"type": "crossReference", "target": _id(other)}).text = other.row["term"]


def _add_sections(entry: ET.Element, concept: Concept, language: str) -> None:
    """The section of the text's language, with the preferred term and definitions, then that of English."""
    section = ET.SubElement(entry, "langSec", {"xml:lang": language})
    for said in concept.definitions:
        _add_quoted(section, "definition", said.text, said.source)
    _add_term(section, concept.row["term"], _PREFERRED, None, concept.row["examples"] or [], None)
    said_of = {(said.kind, said.text): said for said in reversed(concept.said)}
    sections = {language: section}
    for label in concept.labels:
        if label.language not in sections:
            sections[label.language] = ET.SubElement(entry, "langSec", {"xml:lang": label.language})
        said = said_of[label.kind, label.text]
        contexts = [said.example] if said.example else []
        status = _PREFERRED if label is concept.english else "admittedTerm-admn-sts"
        _add_term(sections[label.language], label.text, status, _term_type(label), contexts, said.source)


def _term_type(label: Label) -> str | None:
    """An acronym is written with capitals; a Chinese short form is an abbreviation."""
    if label.kind == "abbreviation":
        return "acronym" if label.text.isascii() else "abbreviation"
    return _TERM_TYPES.get(label.kind)


def _add_term(section: ET.Element, term: str, status: str, kind: str | None, contexts: list[Any], source: str | None) -> None:
    added = ET.SubElement(section, "termSec")
    ET.SubElement(added, "term").text = term
    ET.SubElement(added, "termNote", {"type": "administrativeStatus"}).text = status
    if kind:
        ET.SubElement(added, "termNote", {"type": "termType"}).text = kind
    for context in contexts:
        _add_quoted(added, "context", context, source)


def _add_quoted(parent: ET.Element, kind: str, text: str, source: str | None) -> None:
    """A definition or context, with its source where that is known."""
    where = ET.SubElement(parent, "descripGrp") if source else parent
    ET.SubElement(where, "descrip", {"type": kind}).text = text
    if source:
        ET.SubElement(where, "admin", {"type": "source"}).text = source
