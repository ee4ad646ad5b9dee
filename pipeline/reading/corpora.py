"""Which files a config names. In: the [[corpus]] sections. Out: one `CorpusFile` each, sorted, with its encoding settled."""

import contextlib
import glob
import logging
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from wajue.config import Config, Corpus
from wajue.errors import ConfigError
from wajue.reading import decoding

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CorpusFile:
    """One file of a corpus. name: as the tables show it; location: where to open it, a path or a URI."""

    corpus: str
    name: str
    location: str
    size: int
    modified: int
    encoding: str

    @property
    def remote(self) -> bool:
        """Is it to be read through Hadoop?"""
        return "://" in self.location


def local_files(corpus: Corpus, base: Path) -> list[CorpusFile]:
    """The local files of a corpus. Raises ConfigError if a glob matches none, or a folder is empty."""
    found: dict[str, CorpusFile] = {}
    for pattern in corpus.paths:
        if "://" in pattern:
            continue
        matches = _matches(corpus, pattern, base)
        for name in matches:
            location = str(base / name)
            status = os.stat(location)
            found[name] = CorpusFile(corpus.name, name, location, status.st_size, status.st_mtime_ns, corpus.encoding)
    if corpus.encoding == "auto":
        found = {name: _with_encoding(file) for name, file in found.items()}
        chosen = Counter(f.encoding for f in found.values())
        if chosen:
            log.info("corpus %s: encoding auto: %s", corpus.name, ", ".join(f"{e} in {n} files" for e, n in chosen.items()))
    return sorted(found.values(), key=lambda f: f.name)


def _matches(corpus: Corpus, pattern: str, base: Path) -> list[str]:
    with contextlib.suppress(RuntimeError):  # no such user: the path then does not exist
        pattern = str(Path(pattern).expanduser())
    there = (base / pattern).exists()  # a name that holds [ ] or * and is there means itself
    matches = [pattern] if there else sorted(glob.glob(pattern, root_dir=base, recursive=True))
    if not matches:
        kind = "glob matches nothing" if glob.has_magic(pattern) else "path does not exist"
        raise ConfigError(f"corpus {corpus.name!r}: the {kind}: {pattern!r} (looked in {base}); mend [[corpus]] paths")
    files: list[str] = []
    for match in matches:
        if (base / match).is_dir():
            if "**" not in pattern:
                files += [f"{match.rstrip('/')}/{f}" for f in sorted(os.listdir(base / match)) if f[0] not in "._"]
        else:
            files.append(match)
    files = [f for f in files if (base / f).is_file() and not _in_workspace(base / f)]
    if not files:
        raise ConfigError(f"corpus {corpus.name!r}: no file in {pattern!r} (looked in {base}); mend [[corpus]] paths")
    return files


def _in_workspace(path: Path) -> bool:
    """Is it a file of a workspace's table? A ** that covers the workspace must not read the results."""
    return (path.parent / "_step.json").exists() and path.suffix in (".parquet", ".json")


def _with_encoding(file: CorpusFile) -> CorpusFile:
    with open(file.location, "rb") as stream:
        encoding = decoding.sample_encoding(stream, file.name)
    return CorpusFile(file.corpus, file.name, file.location, file.size, file.modified, encoding)


def find(config: Config, remote: list[CorpusFile] | None = None) -> list[CorpusFile]:
    """All files of a config, the remote ones given, in the order of the corpora and of their names."""
    found: list[CorpusFile] = []
    for corpus in config.corpus:
        found += local_files(corpus, config.base)
        found += [f for f in remote or () if f.corpus == corpus.name]
    return found
