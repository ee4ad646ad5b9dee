"""The entries, held against the rules of TBX-Basic.

The schema that is published (TBXcoreStructV03.rng, TBX-Basic_DCA.sch) has no licence that would let it lie here. What it asks of the
elements that are written is written out below.
"""

from pathlib import Path
from typing import Any

from lxml import etree

from tests import tiny
from tests.results.samples import EVIL, SENTENCE, TERMS
from wajue.results.export import export

SPACE = "urn:iso:std:iso:30042:ed-2"
# the content of each element, in order (TBXcoreStructV03.rng); | means in any order
CONTENT = {
    "tbx": ["tbxHeader", "text"],
    "tbxHeader": ["fileDesc"],
    "fileDesc": ["titleStmt", "sourceDesc"],
    "titleStmt": ["title"],
    "sourceDesc": ["p"],
    "text": ["body"],
    "body": ["conceptEntry"],
    "conceptEntry": ["descrip|descripGrp|note|ref", "langSec"],
    "langSec": ["descrip|descripGrp|note", "termSec"],
    "termSec": ["term", "termNote", "descrip|descripGrp|note"],
    "descripGrp": ["descrip", "admin"],
}
# categories, on which levels they may stand, and their values (TBX-Basic_DCA.sch)
CATEGORIES = {
    ("descrip", "subjectField"): {"conceptEntry"},
    ("descrip", "definition"): {"conceptEntry", "langSec"},
    ("descrip", "context"): {"termSec"},
    ("ref", "crossReference"): {"conceptEntry", "termSec"},
    ("admin", "source"): {"conceptEntry", "langSec", "termSec"},
    ("termNote", "administrativeStatus"): {"termSec"},
    ("termNote", "termType"): {"termSec"},
}
VALUES = {
    "administrativeStatus": {"preferredTerm-admn-sts", "admittedTerm-admn-sts"},
    "termType": {"fullForm", "acronym", "abbreviation", "variant"},
}


def name(element: Any) -> str:
    qualified = etree.QName(element)
    assert qualified.namespace == SPACE
    return str(qualified.localname)


def faults(root: Any) -> list[str]:
    said = [] if (root.get("type"), root.get("style")) == ("TBX-Basic", "dca") else ["dialect"]
    ids = [e.get("id") for e in root.iter(f"{{{SPACE}}}conceptEntry")]
    said += ["ids"] * (len(ids) != len(set(ids)) or None in ids)
    for parent in root.iter():
        order = CONTENT.get(name(parent), [])
        places = [next((i for i, names in enumerate(order) if name(c) in names.split("|")), -1) for c in parent]
        said += [f"content of {name(parent)}"] * (places != sorted(places) or -1 in places)
        level = name(parent.getparent()) if name(parent) == "descripGrp" else name(parent)
        for child in parent:
            if kind := child.get("type"):
                said += [f"{kind} in {level}"] * (level not in CATEGORIES[name(child), kind])
                said += [f"{kind} is {child.text}"] * (child.text not in VALUES.get(kind, {child.text}))
            said += [f"a reference to {child.get('target')}"] * (child.get("target", ids[0]) not in ids)
    for entry in root.iter(f"{{{SPACE}}}conceptEntry"):
        languages = [s.get("{http://www.w3.org/XML/1998/namespace}lang") for s in entry.iter(f"{{{SPACE}}}langSec")]
        said += [f"sections {languages}"] * (not languages or len(languages) != len(set(languages)) or None in languages)
        preferred = [e.text for s in entry.iter(f"{{{SPACE}}}langSec") for e in s.iter() if e.text == "preferredTerm-admn-sts"]
        said += ["preferred terms"] * (not 1 <= len(preferred) <= len(languages))
    return said


def of(element: Any, tag: str, kind: str | None = None) -> list[str]:
    return [e.text for e in element.iter(f"{{{SPACE}}}{tag}") if kind in (None, e.get("type"))]


def test_entries_are_of_the_basic_dialect(exported: Any) -> None:
    root = etree.parse(exported("tbx")).getroot()
    assert faults(root) == []
    terms = [t for t, _, _ in TERMS]
    assert [e.get("id") for e in root.iter(f"{{{SPACE}}}conceptEntry")] == ["c1", "c2", "c3", "c4", "c5"]
    assert of(root, "term") == [terms[0], "CB", "circuit breaker", terms[1], "六氟化硫断路器", *terms[2:5]]


def test_an_entry_has_sections_of_its_languages_definitions_and_contexts_with_their_source(exported: Any) -> None:
    root = etree.parse(exported("tbx")).getroot()
    breaker, _, mechanism, *_ = root.iter(f"{{{SPACE}}}conceptEntry")
    chinese, english = breaker.iter(f"{{{SPACE}}}langSec")
    assert of(chinese, "term") == ["断路器", "CB"] and of(english, "term") == ["circuit breaker"]
    assert of(chinese, "termNote") == ["preferredTerm-admn-sts", "admittedTerm-admn-sts", "acronym"]
    assert of(english, "termNote") == ["preferredTerm-admn-sts", "fullForm"]
    assert of(chinese, "descrip", "definition") == ["能接通电流的开关"]
    assert of(chinese, "descrip", "context") == ["断路器跳闸", "<b>断路器</b>&检修\n第二行", SENTENCE]
    assert of(breaker, "admin") == ["a.md, line 7"] * 3
    assert of(mechanism, "note")[1:] == ["broader: 操作机构", "related: 断路器"]
    assert [(r.get("target"), r.text) for r in mechanism.iter(f"{{{SPACE}}}ref")] == [("c4", "操作机构"), ("c1", "断路器")]
    assert of(root, "descrip", "context")[4:] == [EVIL, "SF6断路器又称六氟化硫断路器"]


def test_the_rules_notice_faults(exported: Any) -> None:
    text = exported("tbx").read_text("utf-8")
    for wrong, right in [
        ('type="context"', 'type="definition"'),
        ('target="c4"', 'target="c44"'),
        ("admittedTerm", "goodTerm"),
        ('id="c2"', 'id="c1"'),
        ('style="dca"', 'style="dct"'),
    ]:
        assert faults(etree.fromstring(text.replace(wrong, right).encode())) != [], wrong


def test_a_term_alone(tmp_path: Path) -> None:
    term = {"rank": 1, "term": "断路器", "score": 1.0, "source": "contrast", "is_listed": True}
    export(tiny.workspace(tmp_path / "w", terms=[term], raw_documents=[]), "tbx", tmp_path / "t.tbx")
    root = etree.parse(tmp_path / "t.tbx").getroot()
    assert faults(root) == [] and of(root, "term") == ["断路器"]
