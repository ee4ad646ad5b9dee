"""The report's page as text: whole for any workspace, its corpus text inert, its own texts complete."""

import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests import workspaces
from tests.workspaces import FIELDS, HOSTILE, SEGMENTED, WORDS
from wajue import dag, schemas
from wajue.cleaning.rules import CHANGES
from wajue.mining.terms import form_rules
from wajue.results import page_template, report
from wajue.results.relations import KINDS
from wajue.results.report_sections import listing
from wajue.store.workspace import Workspace

PAGE = Path(report.__file__).parent / "page"
TEXTS = tomllib.loads((PAGE / "texts.toml").read_text(encoding="utf-8"))
SECTION_MODULES = [Path(report.__file__), *PAGE.with_name("report_sections").glob("*.py")]
GLOSSARY = tomllib.loads((PAGE / "glossary.toml").read_text(encoding="utf-8"))


class Parsed(HTMLParser):
    """Tags with their attributes, and the text outside scripts and styles, as a browser would take them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: dict[str, list[str]] = {}
        self.text = ""
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in ("script", "style") else ""
        self.pieces.setdefault(self._inside, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.pieces[self._inside][-1] += data
        else:
            self.text += data

    @property
    def ids(self) -> set[str | None]:
        return {attributes["id"] for _, attributes in self.tags if "id" in attributes}


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    workspace = workspaces.write(tmp_path_factory.mktemp("whole"), workspaces.tables())
    path = report.write(workspace)
    assert path == f"{workspace.location}/report.html"
    return Path(path).read_text(encoding="utf-8")


def embedded(html: str) -> Any:
    return json.loads(Parsed(html).pieces["script"][0])


def test_everything_is_in_one_file_and_nothing_is_loaded(html: str) -> None:
    page = Parsed(html)
    assert {"overview", "words", "terms", "topics", "trends", "map", "text", "training", "run"} <= page.ids
    assert {"words-table", "terms-table", "frequency", "terms-map", "curves", "language", "theme"} <= page.ids
    loading = [(t, a) for t, a in page.tags if a.get("src") or (t == "link" and a.get("href") != "data:,")]
    assert loading == []
    assert not re.search(
        r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", "".join(page.pieces["style"] + page.pieces["script"][1:])
    )
    assert [a for t, a in page.tags if any(name.startswith("on") for name in a)] == []
    assert not [a for t, a in page.tags if "style" in a], "the policy forbids style attributes"


def test_terms_are_counted_as_far_as_there_is_evidence_for_them(tmp_path: Path) -> None:
    tables = workspaces.tables()
    is_listed = [i < 7 for i in range(len(tables["terms"]))]
    column = tables["terms"].schema.get_field_index("is_listed")
    tables["terms"] = tables["terms"].set_column(column, "is_listed", [is_listed])
    told = Parsed(report.page(workspaces.write(tmp_path, tables)))
    assert "7 terms set the field apart" in told.text and json.loads(told.pieces["script"][0])["terms"]["total"] == 7


def test_the_policy_allows_these_very_scripts_and_styles(html: str) -> None:
    page = Parsed(html)
    [policy] = [a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None and policy.startswith("default-src 'none'") and "unsafe" not in policy
    for kind, sources in (("script", page.pieces["script"][1:]), ("style", page.pieces["style"])):
        assert [f"{kind}-src {page_template.allowed(s)}" in policy for s in sources] == [True]


def test_text_of_the_corpus_stays_text(html: str) -> None:
    page = Parsed(html)
    assert [t for t, _ in page.tags].count("script") == 2 and "img" not in [t for t, _ in page.tags]
    for text in HOSTILE:
        assert text in page.text, "shown as it is, among the rejects"
        assert text in [row[1] for row in embedded(html)["words"]["rows"]]
    raw = html[html.index('id="data">') : html.index("</script>", html.index('id="data">'))]
    assert "<" not in raw.removeprefix('id="data">') and "\u2028" not in raw
    assert "主变<script>alert(3)</script>␣好" in page.text.replace("\n", ""), "what cleaning removed is shown"


def test_numbers_and_examples_reach_the_page(html: str) -> None:
    data, page = embedded(html), Parsed(html)
    words, terms = data["words"], data["terms"]
    keys = [c["key"] for c in words["columns"]]
    assert words["total"] == len(WORDS) + len(HOSTILE) == len(words["rows"])  # 电压 is not new
    first = dict(zip(keys, words["rows"][0], strict=True))
    assert (first["rank"], first["word"], first["count"]) == (1, "主变", 100)
    # the lexicon's clause; of the others the domain's first, from the stop before to the stop after, and none twice
    assert first["examples"] == ["换了主变再试", "先把主变修好", "别人的主变"]
    assert {"gain", "pmi", "left_entropy", "right_entropy"} <= set(keys)
    term = dict(zip([c["key"] for c in terms["columns"]], terms["rows"][0], strict=True))
    assert (term["parts"], term["examples"]) == (["主", "变"], ["检查主变是否完好", "主变，主变"])
    assert all(c["why"] for c in terms["columns"] if c["key"] not in listing.PLAIN), "every figure is explained"
    assert data["frequency"]["totals"] == {"domain": 5915, "general": 5915}  # 50 + 51 + ... + 119
    assert {w for w, _, _ in data["frequency"]["others"]} == {"我们", "可以"}
    # 5 too short, 1 near-duplicate, of 74 records
    shown = re.sub(r"\s+", " ", page.text)
    assert "too short clean · too_short 5" in shown and "near-duplicate dedup · near_duplicate 1" in shown
    assert "records found 74" in shown and "after cleaning 69 −5" in shown and "after de-duplication 68 −1" in shown
    assert "74 records in 2 files came to 68 distinct documents" in shown
    assert "finding words new_words 69 lexicon" in shown and "1 GB" in shown


def test_fields_stand_side_by_side(html: str) -> None:
    part = html[html.index('<section id="fields"') : html.index('<section id="topics"')]
    shown = re.sub(r"\s+", " ", Parsed(part).text)
    assert "grids 18 terms" in shown and f"{FIELDS[1]} 18 terms" in shown, "inert, as text"
    assert f"{HOSTILE[3].split(chr(0x2028))[0]}" in shown and "1,000, × 10" in shown and part.count("<tr>") == 2 * 15
    assert 'href="#fields"' in html


def test_no_section_of_fields_where_none_are_named(tmp_path: Path) -> None:
    tables = {t: rows for t, rows in workspaces.tables().items() if t != "field_terms"}
    html = report.page(workspaces.write(tmp_path / "w", tables))
    assert "#fields" not in html and 'id="fields"' not in html and "fewer than two fields are named" in Parsed(html).text


def test_topics_are_shown_with_terms_and_documents(html: str) -> None:
    part = html[html.index('<section id="topics"') : html.index('<section id="trends"')]
    shown = re.sub(r"\s+", " ", Parsed(part).text)
    assert all(text in shown for text in HOSTILE[:3]), "inert, as text"


def test_what_changed_over_time_is_drawn(html: str) -> None:
    part = html[html.index('<section id="trends"') : html.index('<section id="map"')]
    shown = re.sub(r"\s+", " ", Parsed(part).text)
    assert "from 2024-01 to 2024-06" in shown and "7 documents have no date" in shown
    assert all(text in shown for text in HOSTILE[:3]), "inert, as text"
    assert "since 2024-03, × 9.8" in shown and "since 2024-03, × 1/8" in shown and "2024-05 to <script>" in shown
    drawn = part[part.index('class="spark"') : part.index("</svg>")]
    bars = [(int(x), float(h)) for x, h in re.findall(r'x="(\d+)".*?height="([\d.]+)"/>', drawn)]
    assert bars == [
        (20, 25.0),
        (30, 50.0),
        (40, 75.0),
        (50, 100.0),
    ]  # 10, 20, 30, 40 of 1000 words; the first two periods hold none


def test_the_map_names_neighbours_and_is_the_same_again(html: str, tmp_path: Path) -> None:
    found = embedded(html)["map"]
    points = {p[0]: i for i, p in enumerate(found["points"])}
    assert set(points) == {*WORDS, *HOSTILE[1::2]}, "the others are of parts that have no vector"
    assert all(-1 <= x <= 1 and -1 <= y <= 1 for _, x, y, _ in found["points"])
    near = found["neighbours"][points["主联"]]
    assert len(near) == 10 and near[0][1] >= near[-1][1] and "主联" not in [w for w, _ in near]
    assert all(found["points"][k][3] == c for c, members in enumerate(found["clusters"]) for k in members)
    again = workspaces.write(tmp_path / "again", workspaces.tables())
    assert embedded(report.page(again))["map"] == found


GONE = {
    "no general corpus": (
        {"candidates", "terms", "field_terms"},
        {"corpus": SEGMENTED["corpus"][:1]},
        "terms",
        'no corpus has role = "general"',
    ),
    "no dates": (
        {"periods", "period_counts", "trends"},
        {"corpus": [c | {"date": None} for c in SEGMENTED["corpus"]]},
        "trends",
        "no corpus has dates",
    ),
    "segmented": (
        {"ngrams", "clauses", "lexicon"},
        SEGMENTED | {"segment": {"method": "whitespace"}},
        "words",
        "segmented already",
    ),
    "no vectors": ({"sgns_words", "jose_words", "jose_documents"}, None, "map", "No vectors, so no map"),
    "spherical vectors alone": ({"sgns_words"}, None, "training", "the trainer sgns has not run"),
    "stopped": (set(workspaces.tables()) - {"raw_documents", "ingest_rejects", "files"}, None, "words", "wajue run goes on"),
}


@pytest.mark.parametrize("case", GONE)
def test_what_is_missing_is_named_with_its_reason(tmp_path: Path, case: str) -> None:
    gone, config, section, said = GONE[case]
    tables = {t: rows for t, rows in workspaces.tables().items() if t not in gone}
    html = report.page(workspaces.write(tmp_path / "w", tables, config))
    part = html[html.index(f'<section id="{section}"') :]
    assert said in Parsed(part[: part.index("</section>")]).text
    json.loads(Parsed(html).pieces["script"][0])
    if case == "no general corpus":
        assert embedded(html)["map"]["of"] == "words"
    if case == "spherical vectors alone":
        assert embedded(html)["map"]["table"] == "jose_words"


def test_steps_that_found_nothing_are_no_error(tmp_path: Path) -> None:
    tables = {t: rows.slice(0, 0) if t != "files" else rows for t, rows in workspaces.tables().items()}
    page = Parsed(report.page(workspaces.write(tmp_path / "w", tables)))
    assert page.text.count("nothing came of it") == 3 and "nothing changed clearly" in page.text
    assert "Nothing was dropped." in page.text and "too few for a map" in page.text


def test_every_text_is_there_in_both_languages_and_used() -> None:
    sources = "".join(p.read_text(encoding="utf-8") for p in PAGE.glob("*.js") if p.name not in ("review.js", "answers.js")) + (
        PAGE / "page.html"
    ).read_text(encoding="utf-8")
    keys = {f"{section}.{name}": pair for section, entries in TEXTS.items() for name, pair in entries.items()}
    for key, pair in keys.items():
        assert len(pair) == 2 and all(pair) and pair[0] != pair[1], key
        assert set(re.findall(r"\{\w+\}", pair[0])) == set(re.findall(r"\{\w+\}", pair[1])), key
    sources += "".join(p.read_text(encoding="utf-8") for p in SECTION_MODULES)
    built = {
        "search_words",
        "search_terms",
        "loss_sgns",
        "loss_jose",
        "no_general",
        "no_domain",
        *("begins", "ends", "share"),
        *KINDS,
    }  # from a prefix and a name
    for name in {key.split(".")[1].removesuffix("_why") for key in keys} - built:
        assert re.search(rf"""["'._]{name}\b""", sources), f"{name} is used nowhere"
    named = set(re.findall(r"""\bt\(\s*["'](\w+\.\w+)["']""", sources)) | set(re.findall(r'label\("([\w.]+)"\)', sources))
    assert named <= set(keys)


def test_the_glossary_knows_what_the_steps_name() -> None:
    assert set(GLOSSARY["changes"]) == set(CHANGES)
    assert set(GLOSSARY["steps"]) == set(dag.NAMES)
    modules = set(PAGE.parents[1].rglob("*.py")) - set(SECTION_MODULES)
    source = "".join(p.read_text(encoding="utf-8") for p in modules)
    for kind in ("reasons", "filters"):
        assert [name for name in GLOSSARY[kind] if f'"{name}"' not in source] == [], "names that no step gives any more"
    rules = re.findall(r'return "(\w+)"', (PAGE.parents[1] / "mining" / "terms" / "form_rules.py").read_text(encoding="utf-8"))
    rules += re.findall(
        r'return "(\w+)"', (PAGE.parents[1] / "mining" / "terms" / "candidate_table.py").read_text(encoding="utf-8")
    )
    assert set(rules) | set(form_rules.LATIN_FORMS) | {"outside_prose", "other_spelling"} == set(GLOSSARY["filters"])


def test_every_column_of_the_terms_is_explained_in_both_languages() -> None:
    columns = {c.name for c in schemas.TABLES["terms"].columns if not c.name.startswith("by_")} - {"is_listed"}
    assert columns - {"rank", "term", "parts", "examples"} == set(GLOSSARY["meanings"]["terms"])
    assert columns - {"parts"} <= set(GLOSSARY["columns"])
    shown = re.findall(r"^  (?:words|terms): \{ (.*) \},$", (PAGE / "listing.js").read_text(encoding="utf-8"), re.M)
    assert len(shown) == 2 and set(re.findall(r"(\w+):", " ".join(shown))) <= set(GLOSSARY["columns"])


def test_a_folder_that_is_no_workspace(tmp_path: Path) -> None:
    from wajue.errors import WajueError

    with pytest.raises(WajueError, match="not a workspace"):
        report.write(Workspace(str(tmp_path)))
