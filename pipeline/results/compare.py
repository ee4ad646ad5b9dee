"""What differs between two workspaces, and why. In: workspaces A and B. Out: DIFFERENCES, a row for each difference.

    setting, version, file      changed, gained, lost
    document                    gained, lost: by doc_id, which stays the same for the same record
    word, new word, term        gained, lost, moved: by the string

gained: B has it, and A has not. moved: among those that both have, the rank is another by a factor of _MOVED and more; what was
gained or lost before it moves nothing. Equal workspaces differ in nothing.
"""

from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa

from wajue.config import Contrast, Ngrams, Terms
from wajue.dag import STEPS
from wajue.results import query
from wajue.store.workspace import Workspace, WorkspaceOrFolder

DIFFERENCES = pa.schema(
    [
        ("kind", pa.string()),  # one of KINDS
        ("item", pa.string()),  # the setting, file, doc_id or string
        ("change", pa.string()),  # gained, lost, moved, or changed
        ("before", pa.string()),  # in A: the value of a setting, the rank or count of a word or term
        ("after", pa.string()),  # in B
        ("why", pa.string()),
    ]
)
KINDS = ("setting", "version", "file", "document", "word", "new word", "term")
_MOVED = 2.0
_MISSING = "-"
Row = tuple[str, str, str, str | None, str | None, str | None]


def compare(a: WorkspaceOrFolder, b: WorkspaceOrFolder) -> pa.Table:
    """DIFFERENCES, by KINDS, then gained before lost before moved, the best first. Raises WajueError if one is no workspace."""
    a, b = Workspace.of(a), Workspace.of(b)
    for workspace in (a, b):
        workspace.must_have()
    settings = _settings(a, b)
    with query.connect(a) as before, query.connect(b) as after:
        sides = _Sides(a, b, before, after, {item for _, item, *_ in settings})
        differences = [*settings, *_versions(a, b), *sides.files(), *sides.documents(), *sides.lexicon(), *sides.new_words()]
        differences += sides.terms()
    columns = zip(*differences, strict=True) if differences else [()] * len(DIFFERENCES)
    return pa.Table.from_arrays([pa.array(list(c), pa.string()) for c in columns], schema=DIFFERENCES)


def _settings(a: Workspace, b: Workspace) -> list[Row]:
    """Settings of steps that both have done. Corpora by their names."""
    changed: dict[str, Row] = {}
    for table in (t for s in STEPS for t in s.writes):
        manifests = [w.manifest(table) for w in (a, b)]
        if manifests[0] is None or manifests[1] is None:
            continue
        ours, theirs = (_flat(m["config"]) for m in manifests if m is not None)
        for item in sorted(ours.keys() | theirs.keys()):
            before, after = ours.get(item, _MISSING), theirs.get(item, _MISSING)
            if before != after:
                changed[item] = ("setting", item, "changed", str(before), str(after), None)
    return list(changed.values())


def _flat(config: dict[str, Any]) -> dict[str, Any]:
    """{"[section] setting": value}; of the corpora {"[[corpus]] NAME setting": value}."""
    flat: dict[str, Any] = {}
    for section, settings in config.items():
        if isinstance(settings, list):
            flat |= {f"[[{section}]] {c['name']} {key}": v for c in settings for key, v in c.items() if key != "name"}
        else:
            flat |= {f"[{section}] {key}": value for key, value in settings.items()}
    return flat


def _versions(a: Workspace, b: Workspace) -> list[Row]:
    """Versions of what decides the output, where steps were done with other ones."""
    changed: dict[str, Row] = {}
    for table in (t for s in STEPS for t in s.writes):
        ours, theirs = ((w.manifest(table) or {}).get("versions", {}) for w in (a, b))
        for name in sorted(ours.keys() & theirs.keys()):
            if ours[name] != theirs[name]:
                changed[name] = ("version", name, "changed", ours[name], theirs[name], None)
    return list(changed.values())


class _Sides:
    """Two workspaces, opened. changed: the settings that differ, as `_flat` names them."""

    def __init__(
        self, a: Workspace, b: Workspace, before: duckdb.DuckDBPyConnection, after: duckdb.DuckDBPyConnection, changed: set[str]
    ) -> None:
        self._workspaces = (a, b)
        self._connections = (before, after)
        self._changed = changed

    def _both(self, table: str) -> bool:
        return all(w.whole(table) for w in self._workspaces)

    def _pairs(self, sql: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """{first column: second column} of each side."""
        read = []
        for connection in self._connections:
            table = query.execute(connection, sql)
            read.append(dict(zip(table.column(0).to_pylist(), table.column(1).to_pylist(), strict=True)))
        return read[0], read[1]

    def _listed(self, side: int, sql: str, strings: list[str]) -> dict[str, dict[str, Any]]:
        """{first column: the row} of the rows whose key is one of the strings. sql: with {} for the list."""
        if not strings:
            return {}
        found = query.execute(self._connections[side], sql.format(f"[{', '.join(map(query.literal, strings))}]::VARCHAR[]"))
        return {next(iter(row.values())): row for row in found.to_pylist()}

    def files(self) -> list[Row]:
        """Files, by the records in them."""
        if not self._both("files"):
            return []
        before, after = self._pairs("SELECT corpus || ': ' || file, records FROM files ORDER BY ALL")
        reasons = {name: "it has other records" for name in before.keys() & after.keys() if before[name] != after[name]}
        return [
            *_gained_and_lost("file", before, after, {}, {}),
            *(("file", n, "changed", str(before[n]), str(after[n]), why) for n, why in sorted(reasons.items())),
        ]

    def documents(self) -> list[Row]:
        """Documents that one has kept and the other has not, with the rule that dropped them there."""
        if not self._both("documents"):
            return []
        before, after = self._pairs("SELECT doc_id, left(text, 60) FROM documents")
        dropped = "SELECT doc_id, step, reason, detail FROM rejects WHERE list_contains({}, doc_id)"
        gained, lost = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
        why = [
            {doc_id: _rejected(row) for doc_id, row in self._listed(side, dropped, ids).items()}
            for side, ids in ((0, gained), (1, lost))
        ]
        for side, ids in ((0, gained), (1, lost)):
            why[side] |= {i: "not read: its file or record is not in the other workspace" for i in ids if i not in why[side]}
        return _gained_and_lost("document", before, after, why[0], why[1])

    def lexicon(self) -> list[Row]:
        """Words of the lexicon, with their counts."""
        if not self._both("lexicon"):
            return []
        before, after = self._pairs("SELECT word, count FROM lexicon ORDER BY count DESC, word")
        return _gained_and_lost("word", before, after, self._no_word(0, after, before), self._no_word(1, before, after))

    def _no_word(self, side: int, theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, str]:
        """Why strings that are words of the other side are none of this one."""
        strings = [w for w in theirs if w not in ours]
        counted = self._listed(side, "SELECT ngram, count FROM ngrams WHERE list_contains({}, ngram)", strings)
        least = self._workspaces[side].settings("ngrams", "ngrams").get("min_count", Ngrams().min_count)
        refused = set(self._workspaces[side].settings("lexicon", "new_words").get("reject", ()))
        because = self._because("ngrams", "new_words")
        why = {}
        for word in strings:
            if word in refused:
                why[word] = "[new_words] reject names it"
            elif word not in counted:
                why[word] = f"its count is below [ngrams] min_count = {least}, or no word of this length is counted{because}"
            else:
                why[word] = f"its parts explain its {counted[word]['count']} occurrences better{because}"
        return why

    def _because(self, *sections: str) -> str:
        """The changed settings of these sections, to end a sentence with."""
        named = sorted(c for c in self._changed if c.startswith(tuple(f"[{s}]" for s in sections)))
        return f"; changed: {', '.join(named)}" if named else ""

    def new_words(self) -> list[Row]:
        """The domain's own new words, with their ranks."""
        if not self._both("lexicon"):
            return []
        before, after = self._pairs("SELECT word, rank FROM new_words ORDER BY rank")
        why = [self._no_new_word(0, after, before), self._no_new_word(1, before, after)]
        return _gained_and_lost("new word", before, after, *why) + self._moved(
            "new word", before, after, "SELECT word, count FROM lexicon"
        )

    def _no_new_word(self, side: int, theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, str]:
        strings = [w for w in theirs if w not in ours]
        listed = self._listed(side, "SELECT word, is_new, role FROM lexicon WHERE list_contains({}, word)", strings)
        why = {w: "it is no word" for w in strings if w not in listed}
        for word, row in listed.items():
            why[word] = f"it is not the domain's own: {row['role']}" if row["is_new"] else "[new_words] known has it"
        return why

    def terms(self) -> list[Row]:
        """Terms that are listed, with their ranks."""
        if not self._both("terms"):
            return []
        before, after = self._pairs("SELECT term, rank FROM terms WHERE is_listed ORDER BY rank")
        why = [self._no_term(0, after, before), self._no_term(1, before, after)]
        return _gained_and_lost("term", before, after, *why) + self._moved(
            "term", before, after, "SELECT term, domain_count FROM terms"
        )

    def _no_term(self, side: int, theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, str]:
        """Why strings that are terms of the other side are none of this one."""
        strings = [t for t in theirs if t not in ours]
        workspace = self._workspaces[side]
        ranked = self._listed(side, "SELECT term, evidence, doubts FROM terms WHERE list_contains({}, term)", strings)
        sql = "SELECT term, filtered_by, domain_count FROM candidates WHERE list_contains({}, term)"
        candidates = self._listed(side, sql, strings)
        refused = set(workspace.settings("terms", "terms").get("reject", ()))
        least = workspace.settings("terms", "terms").get("min_evidence", Terms().min_evidence)
        floor = workspace.settings("candidates", "contrast").get("min_count", Contrast().min_count)
        why = {}
        for term in strings:
            if term in refused:
                why[term] = "[terms] reject names it"
            elif term in ranked and (ranked[term]["evidence"] or 0) < least:
                why[term] = f"its evidence is {ranked[term]['evidence'] or 0:.3f}, below [terms] min_evidence = {least:g}"
            elif term in ranked:
                why[term] = f"doubts: {', '.join(ranked[term]['doubts'] or ())}"
            elif term in candidates and candidates[term]["filtered_by"]:
                why[term] = f"the rule {candidates[term]['filtered_by']} keeps it out"
            else:
                why[term] = f"it is no run of whole words that stands [contrast] min_count = {floor} times in the domain"
            why[term] += self._because("contrast", "terms")
        return why

    def _moved(self, kind: str, before: dict[str, int], after: dict[str, int], counts: str) -> list[Row]:
        """What both have at ranks that differ by a factor of _MOVED, ranked anew among what both have."""
        shared = before.keys() & after.keys()
        ours, theirs = ({item: i for i, item in enumerate(sorted(shared, key=ranks.__getitem__), 1)} for ranks in (before, after))
        moved = [i for i in ours if max(ours[i], theirs[i]) >= _MOVED * min(ours[i], theirs[i])]
        if not moved:
            return []
        counted = self._pairs(counts)
        because = self._because("ngrams", "new_words", "contrast", "terms", "sgns", "jose")
        return [
            (
                kind,
                i,
                "moved",
                str(before[i]),
                str(after[i]),
                f"{counted[0].get(i, 0)} occurrences, then {counted[1].get(i, 0)}{because}",
            )
            for i in moved
        ]


def _rejected(row: dict[str, Any]) -> str:
    return f"{row['step']} drops it: {row['reason']}" + (f", {row['detail']}" if row["detail"] else "")


def _gained_and_lost(
    kind: str, before: dict[str, Any], after: dict[str, Any], why_not_before: dict[str, str], why_not_after: dict[str, str]
) -> list[Row]:
    """In the order of each side."""
    gained: list[Row] = [
        (kind, i, "gained", None, str(v), _in("A", why_not_before.get(i))) for i, v in after.items() if i not in before
    ]
    lost: list[Row] = [(kind, i, "lost", str(v), None, _in("B", why_not_after.get(i))) for i, v in before.items() if i not in after]
    return gained + lost


def _in(side: str, why: str | None) -> str | None:
    return f"in {side}: {why}" if why else None


def lines(differences: pa.Table, most: int) -> Iterator[str]:
    """For people: the first so many of each kind and change, under a heading with their number."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in differences.to_pylist():
        groups.setdefault((row["kind"], row["change"]), []).append(row)
    if not groups:
        yield "no difference"
    for (kind, change), group in groups.items():
        yield f"{kind}s {change}: {len(group):,}"
        for row in group[:most]:
            values = " -> ".join(row[side] or _MISSING for side in ("before", "after"))
            yield f"  {row['item']}: {values}" + (f"; {row['why']}" if row["why"] else "")
        if len(group) > most:
            yield f"  and {len(group) - most:,} more; --limit or --format csv shows them"
