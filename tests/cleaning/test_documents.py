import pyarrow as pa

from wajue import schemas
from wajue.cleaning import documents
from wajue.cleaning.passages import marked
from wajue.config import Clean


def raw(texts: list[str]) -> pa.RecordBatch:
    schema = schemas.TABLES["raw_documents"].schema
    rows = [
        dict.fromkeys(schema.names)
        | {"doc_id": f"d{i}", "corpus": "d", "role": "domain", "text": text, "source": {"file": "a", "line": i, "record": i}}
        for i, text in enumerate(texts)
    ]
    return pa.RecordBatch.from_pylist(rows, schema)


def test_kept_and_rejected_documents_with_the_rules_that_did_it() -> None:
    texts = ["<p>断路器坏了</p>", "x" * 20_000, "电压怎么办"]
    kept, rejected = documents.judge(raw(texts), Clean(keep_raw_text=True), {}, han_rules=True)
    rows = kept.column("clean_documents").to_pylist()
    assert [(r["text"], r["raw_text"], r["changed_by"]) for r in rows] == [
        ("断路器坏了", texts[0], ["html", "whitespace"]),
        ("电压怎么办", texts[2], []),
    ]
    assert [(r["line_length"], r["han_share"], r["repeated_share"]) for r in rows] == [(5.0, 1.0, 0.0)] * 2
    [reject] = rejected.column("clean_rejects").to_pylist()
    assert reject["step"] == "clean" and reject["reason"] and reject["text"] == "x" * schemas.MAX_REJECT_TEXT


def test_boilerplate_stays_in_the_document_that_keeps_it() -> None:
    texts = ["本报讯 \n一号消息来了", "本报讯\n二号消息来了", "本报讯"]
    kept, _ = documents.judge(raw(texts), Clean(min_length=1), {("d", "本报讯"): ("a", 0)}, han_rules=True)
    rows = kept.column("clean_documents").to_pylist()
    assert [r["text"] for r in rows] == ["本报讯\n一号消息来了", "二号消息来了", "本报讯"]  # one line alone is for dedup to judge
    assert [r["changed_by"] for r in rows] == [["whitespace"], ["boilerplate"], []]


def test_marked_passages_are_dropped_or_kept_and_counted() -> None:
    text = (
        marked("front_matter", "---\ntitle: 甲\n---\n")
        + "断路器坏了"
        + marked("code", "x = 1")
        + "设"
        + marked("formula", "a")
        + "为电压"
    )
    for settings, cleaned, changes in (
        (Clean(), "断路器坏了\n设□为电压", ["front_matter", "code", "math", "whitespace"]),
        (Clean(code="keep", math="keep"), "断路器坏了\nx = 1\n设a为电压", ["front_matter", "whitespace"]),
    ):
        kept, _ = documents.judge(raw([text]), settings, {}, han_rules=True)
        [row] = kept.column("clean_documents").to_pylist()
        assert (row["text"], row["changed_by"]) == (cleaned, changes)
