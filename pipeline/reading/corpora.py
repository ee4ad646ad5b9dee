"""The files that a config names. In: its [[corpus]] sections. Out: a `CorpusFile` for each file, with its encoding settled."""

import contextlib
import dataclasses
import glob
import logging
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from wajue.config import Config, Corpus
from wajue.errors import ConfigError
from wajue.reading import decoding, detection
from wajue.reading.formats import missing_extra

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CorpusFile:
    """One file of a corpus. name: as the tables show it; location: the path or URI to open; size in bytes, modified in ns."""

    corpus: str
    name: str
    location: str
    size: int
    modified: int
    encoding: str

    @property
    def remote(self) -> bool:
        """Is the file read through Hadoop?"""
        return "://" in self.location


def local_files(corpus: Corpus, base: Path) -> list[CorpusFile]:
    """The local files of a corpus, sorted by name. Raises ConfigError if a glob matches none, or a folder is empty."""
    by_name: dict[str, CorpusFile] = {}
    for pattern in corpus.paths:
        if "://" in pattern:
            continue
        for name in _matches(corpus, pattern, base):
            location = str(base / name)
            status = os.stat(location)
            by_name[name] = CorpusFile(corpus.name, name, location, status.st_size, status.st_mtime_ns, corpus.encoding)
    files = sorted(by_name.values(), key=lambda f: f.name)
    _check_libraries(corpus, files)
    if corpus.encoding == "auto" and files:
        files = [_with_encoding(file) for file in files]
        chosen = Counter(f.encoding for f in files)
        log.info("corpus %s: encoding auto: %s", corpus.name, ", ".join(f"{e} in {n} files" for e, n in chosen.items()))
    return files


def _check_libraries(corpus: Corpus, files: list[CorpusFile]) -> None:
    """Raises ConfigError if files need libraries that are not installed: to reject them would be noticed after the run only."""
    formats = [(file.name, detection.by_name(file.name) if corpus.format == "auto" else corpus.format) for file in files]
    unread = [(name, extra) for name, format_ in formats if (extra := missing_extra(format_))]
    if unread:
        name, extra = unread[0]
        raise ConfigError(
            f"corpus {corpus.name!r}: {len(unread):,} files, such as {name!r}, need libraries that are not installed: "
            f"pip install 'wajue[{extra}]', or leave these files out of [[corpus]] paths"
        )


def _matches(corpus: Corpus, pattern: str, base: Path) -> list[str]:
    with contextlib.suppress(RuntimeError):  # no such user: the path then does not exist
        pattern = str(Path(pattern).expanduser())
    if (base / pattern).is_file():  # also one whose name holds [ ] or *
        return [pattern]
    matches = [pattern] if (base / pattern).exists() else sorted(glob.glob(pattern, root_dir=base, recursive=True))
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
    files = _without_results(corpus, [f for f in files if (base / f).is_file()], base)
    if not files:
        raise ConfigError(f"corpus {corpus.name!r}: no file in {pattern!r} (looked in {base}); mend [[corpus]] paths")
    return files


def _without_results(corpus: Corpus, files: list[str], base: Path) -> list[str]:
    """The files that lie in no workspace: a ** that covers one must not read its tables, reports and exports."""
    answers: dict[Path, bool] = {}

    def is_inside(folder: Path) -> bool:
        if folder not in answers:
            below = base in folder.parents  # a workspace that is the config's own folder may have the corpus beside its tables
            answers[folder] = (folder / "_step.json").exists() or (below and (_is_workspace(folder) or is_inside(folder.parent)))
        return answers[folder]

    kept = [f for f in files if not is_inside((base / f).parent)]
    if len(kept) < len(files):
        log.info("corpus %s: %d files of workspaces are left out", corpus.name, len(files) - len(kept))
    return kept


def _is_workspace(folder: Path) -> bool:
    return any((entry / "_step.json").exists() for entry in folder.iterdir() if entry.is_dir())


def _with_encoding(file: CorpusFile) -> CorpusFile:
    with open(file.location, "rb") as stream:
        encoding = decoding.sample_encoding(stream, file.name)
    return dataclasses.replace(file, encoding=encoding)


def find(config: Config, remote: list[CorpusFile] | None = None) -> list[CorpusFile]:
    """All files of a config, in the order of the corpora and of their names. remote: those on Hadoop file systems."""
    files: list[CorpusFile] = []
    for corpus in config.corpus:
        files += local_files(corpus, config.base)
        files += [f for f in remote or () if f.corpus == corpus.name]
    return files
