"""What a run would read, without one. In: a config. Out: PREVIEW, a row for each of the first records of each corpus.

A record goes the way of `ingest` and `clean`; what needs all documents (boilerplate, duplicates, repeated ids) is not tried.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from wajue.cleaning.documents import judge
from wajue.config import Config, Corpus
from wajue.mining.trends import dates
from wajue.reading import corpora, corpus_reader, documents, fields, records
from wajue.reading.corpora import CorpusFile
from wajue.reading.formats import FORMATS
from wajue.reading.formats.reader import Broken, Record

RECORDS = 10  # of each corpus
_SHOWN = 100  # characters of a value
PREVIEW = pa.schema(
    [
        ("corpus", pa.string()),
        ("role", pa.string()),
        ("file", pa.string()),
        ("record", pa.int64()),
        ("format", pa.string()),
        ("encoding", pa.string()),
        ("kept", pa.bool_()),
        ("step", pa.string()),  # that would reject it, like the two that follow
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("id", pa.string()),  # the record's own; null where its file and position name it
        ("date", pa.string()),
        ("period", pa.string()),  # what `trends` makes of the date; null if that is none
        ("url", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("text", pa.string()),  # cleaned if it is kept, else as it was
    ]
)
Row = dict[str, Any]


def preview(config: Config, most: int = RECORDS) -> pa.Table:
    """PREVIEW of so many records of each corpus, from as many of its local files. Raises ConfigError if a corpus has no files."""
    previewed = [row for corpus in config.corpus for row in _of_corpus(config, corpus, most)]
    return pa.Table.from_pylist(previewed, PREVIEW)


def _of_corpus(config: Config, corpus: Corpus, most: int) -> list[Row]:
    files = corpora.local_files(corpus, config.base)
    chosen = [files[i * len(files) // min(most, len(files))] for i in range(min(most, len(files)))]  # all over the list
    each = -(-most // max(1, len(chosen)))
    several = [list(itertools.islice(_of_file(config, corpus, file), most)) for file in chosen]
    first, others = [rows[:each] for rows in several], [rows[each:] for rows in several]  # few in one file: more of the others
    return [*itertools.chain(*first), *itertools.chain(*others)][:most]


def _of_file(config: Config, corpus: Corpus, file: CorpusFile) -> Iterator[Row]:
    with open(file.location, "rb") as stream:
        for part in records.parts(stream, file.name, corpus, file.encoding):
            paths = corpus.text if part.format in FORMATS and FORMATS[part.format].fields else ("text",)
            for run in part.runs:
                for outcome in run if isinstance(run, list) else (run,):
                    row = _of_record(config, corpus, part.name, outcome, paths)
                    yield {"format": part.format, "encoding": part.encoding, **row}


def _of_record(config: Config, corpus: Corpus, file: str, outcome: Record | Broken, paths: Sequence[str]) -> Row:
    """What the steps would make of a record; paths: the fields that hold its text."""
    if isinstance(outcome, Broken):
        read, identity = documents.of_broken(outcome, corpus, file), None
    else:
        read, identity = documents.of_records([outcome], corpus, file, tuple(paths)), _identity(outcome, corpus)
    row: Row = {"corpus": corpus.name, "role": corpus.role, "file": file, "record": outcome.number, "id": identity}
    row |= {name: getattr(read, name)[0] for name in ("date", "url", "tags", "text", "reason", "detail")}
    row["period"] = _period(row["date"], config.trends.period)
    if row["reason"]:
        return row | {"kept": False, "step": "ingest"}
    return row | _cleaned(config, corpus_reader.as_batch(read, corpus))


def _cleaned(config: Config, document: pa.RecordBatch) -> Row:
    """What cleaning makes of one document: its text, and the reason if it is dropped."""
    han_rules = config.segment.method != "whitespace"
    [judged] = [
        row
        for batch in judge(document, config.clean, {}, han_rules=han_rules)
        for kind in batch.to_pylist()
        for row in kind.values()
        if row is not None
    ]
    return {"kept": judged.get("reason") is None} | {k: judged.get(k) for k in ("step", "reason", "detail", "text")}


def _identity(record: Record, corpus: Corpus) -> str | None:
    try:
        value = fields.field(record.fields, corpus.id) if corpus.id else None
    except KeyError:
        return None
    return None if value is None else str(value)


def _period(date: str | None, granularity: str) -> str | None:
    day = dates.parse(date) if date else None
    return dates.period(day, granularity) if day else None


def lines(previewed: pa.Table) -> Iterator[str]:
    """The rows of PREVIEW for people: some lines for each record, then one for each corpus."""
    tallies: dict[str, Counter[str]] = {}
    for row in previewed.to_pylist():
        tallies.setdefault(row["corpus"], Counter())[row["reason"] or "kept"] += 1
        fate = "kept" if row["kept"] else f"rejected by {row['step']}, {row['reason']}: {row['detail']}"
        yield f"{row['corpus']}: {row['file']}, record {row['record']} ({row['format']} in {row['encoding']}): {fate}"
        for name in ("id", "date", "url", "tags", "text"):
            if row[name]:
                yield f"  {name:5} {_shown(row, name)}"
    yield ""
    yield "Boilerplate, duplicates and repeated ids show in a run only."
    for corpus, tally in tallies.items():
        yield f"{corpus}: {tally.total()} records read: {', '.join(f'{n} {fate}' for fate, n in tally.items())}"


def _shown(row: Row, name: str) -> str:
    """A value of a row on one line, cut where it is long."""
    value = row[name]
    if name == "date":
        return f"{value} ({row['period'] or 'no date that trends understands, or one that is too coarse'})"
    shown = ", ".join(value) if isinstance(value, list) else " ".join(value.split())
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]} ... ({len(shown):,} characters)"
