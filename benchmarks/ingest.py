"""Reading one JSON array of a million elements with Spark: CPU seconds, and the memory of the Python workers."""

import json
import tempfile
import threading
from pathlib import Path

import psutil

from benchmarks import tables
from benchmarks.common import record
from benchmarks.dedup import real_questions
from wajue.config import Config, Corpus
from wajue.reading import corpora
from wajue.runner.progress import Watch
from wajue.spark import session
from wajue.stages.ingest import ingest

_ELEMENTS = 1_000_000


class _PythonMemory(threading.Thread):
    """The most memory that the reading worker and all workers together have at once: bytes, each with its share of shared pages."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self.reader = self.workers = 0

    def run(self) -> None:
        while not self.done.wait(0.2):
            sizes = [0]
            for process in psutil.Process().children(recursive=True):
                try:
                    sizes += [process.memory_full_info().pss] if "python" in process.name() else []
                except psutil.Error:
                    continue
            self.reader, self.workers = max(self.reader, *sizes), max(self.workers, sum(sizes))


def main() -> None:
    """The array on one line, then pretty-printed. One task reads the file: an array cannot be split."""
    questions = real_questions()
    elements = [
        {"url": f"http://zhidao.example/question/{i}.html", "question": questions[i % len(questions)], "tags": ["生活", "健康"]}
        for i in range(_ELEMENTS)
    ]
    spark = session.session("local[2]")
    with tempfile.TemporaryDirectory() as folder:
        for name, indent in (("on one line", None), ("pretty-printed", 1)):
            path = Path(folder) / "questions.json"
            path.write_text(json.dumps(elements, ensure_ascii=False, indent=indent), encoding="utf-8")
            corpus = Corpus(name="q", role="general", paths=("questions.json",), text=("question",), url="url", tags="tags")
            config = Config(corpus=(corpus,), base=Path(folder))
            memory, watch = _PythonMemory(), Watch("ingest")
            memory.start()
            with watch.running():
                for i, table in enumerate(ingest(spark, corpora.find(config), config=config, scratch_folder=folder)):
                    tables.write(table, folder, str(i))
                tables.clear(spark, folder)
            memory.done.set()
            assert spark.read.parquet(f"{folder}/0").count() == _ELEMENTS
            note = f"one JSON array {name}, {_ELEMENTS} elements, {path.stat().st_size / 1e6:.0f} MB"
            record("ingest", "wajue", "CPU s", note, cpu=watch.cpu_seconds)
            record("ingest", "wajue", "MB", note + ", PSS", reader=memory.reader / 1e6, all_workers=memory.workers / 1e6)


if __name__ == "__main__":
    main()
