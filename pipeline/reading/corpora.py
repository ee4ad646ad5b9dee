"""The files that a config names. In: its [[corpus]] sections. Out: a `CorpusFile` for each file, with its encoding settled."""

import contextlib
import dataclasses
import glob
import logging
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wajue.config import Config, Corpus
from wajue.errors import ConfigError
from wajue.reading import decoding, detection, file_names
from wajue.reading.formats import missing_extra
from wajue.store import lock

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CorpusFile:
    """One file of a corpus. name: as the tables show it, in UTF-8; location: the path or URI; size in bytes, modified in ns."""

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
    """The local files of a corpus, sorted by name. Raises ConfigError if a glob matches none, or a folder is empty.

    A file counts once, whatever its names: links and hard links to it, and other ways to write its path, are other names.
    """
    names: list[str] = []
    for pattern in corpus.paths:
        if "://" not in pattern:
            names += _matches(corpus, pattern, base)
    files = sorted(_each_once(corpus, names, base), key=lambda f: f.name)
    _check_libraries(corpus, files)
    if corpus.encoding == "auto" and files:
        files = [_with_encoding(file) for file in files]
        chosen = Counter(f.encoding for f in files)
        log.info("corpus %s: encoding auto: %s", corpus.name, ", ".join(f"{e} in {n} files" for e, n in chosen.items()))
    return files


def _each_once(corpus: Corpus, names: list[str], base: Path) -> Iterator[CorpusFile]:
    """The file of each name; of several names of one file the first that is no link, else the first."""
    by_file: dict[tuple[int, int], list[str]] = {}
    status: dict[str, os.stat_result] = {}
    for name in dict.fromkeys(names):
        status[name] = os.stat(base / name)
        by_file.setdefault((status[name].st_dev, status[name].st_ino), []).append(name)
    others = 0
    shown_names: Counter[str] = Counter()
    for same in by_file.values():
        name = same[0] if len(same) == 1 else min(same, key=lambda n: file_names.is_through_link(base / n))
        others += len(same) - 1
        shown = file_names.shown(name)
        shown_names[shown] += 1
        again = f" ({shown_names[shown]})" if shown_names[shown] > 1 else ""  # documents are known by the names of their files
        yield CorpusFile(
            corpus.name, shown + again, str(base / name), status[name].st_size, status[name].st_mtime_ns, corpus.encoding
        )
    if others:
        first = next(same for same in by_file.values() if len(same) > 1)
        said = " and ".join(repr(file_names.shown(n)) for n in first[:2])
        log.info("corpus %s: %d other names of files are left out: %s are one file", corpus.name, others, said)


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
    """The names of the files that a path or glob means, relative to `base` unless it is absolute."""
    with contextlib.suppress(RuntimeError):  # no such user: the path then does not exist
        pattern = str(Path(pattern).expanduser())
    for spelled in dict.fromkeys((pattern, file_names.meant(pattern))):  # as it stands, or as a name that is not UTF-8 is shown
        if (base / spelled).is_file():  # also one whose name holds [ ] or *
            return [spelled]
        follow = corpus.follow_links
        matches = [spelled] if (base / spelled).exists() else sorted(file_names.globbed(spelled, base, follow=follow))
        if matches:
            break
    else:
        kind = "glob matches nothing" if glob.has_magic(pattern) else "path does not exist"
        raise ConfigError(f"corpus {corpus.name!r}: the {kind}: {pattern!r} (looked in {base}); mend [[corpus]] paths")
    files: list[str] = []
    for match in matches:
        if (base / match).is_dir():
            if "**" not in pattern:
                files += [f"{match.rstrip('/')}/{f}" for f in sorted(os.listdir(base / match)) if f[0] not in "._"]
        else:
            files.append(match)
    files = _inside(corpus, [f for f in files if (base / f).is_file()], base)
    files = _without_results(corpus, files, base)
    if not files:
        raise ConfigError(f"corpus {corpus.name!r}: no file in {pattern!r} (looked in {base}); mend [[corpus]] paths")
    return files


def _inside(corpus: Corpus, files: list[str], base: Path) -> list[str]:
    """The files that do not lie, by a link, outside the corpus's own folders: an archive from a stranger may hold such links.

    Its own folders are those that `paths` name, up to the first wildcard; they may be links themselves.
    """
    if corpus.follow_links:
        return files
    roots = [os.path.realpath(base / file_names.meant(file_names.literal_part(p))) for p in corpus.paths if "://" not in p]
    real = file_names.real_paths([base / f for f in files])
    kept = [f for f, path in zip(files, real, strict=True) if any(file_names.is_below(path, root) for root in roots)]
    if len(kept) < len(files):
        first = next(f for f in files if f not in set(kept))
        said = (
            f"corpus {corpus.name!r}: {len(files) - len(kept)} links lead out of its folders, such as {file_names.shown(first)!r}"
        )
        advice = "[[corpus]] follow_links = true reads them"
        if not kept:
            raise ConfigError(f"{said}, and nothing else is there; {advice}")
        log.warning("%s, and are left out; %s", said, advice)
    return kept


def _without_results(corpus: Corpus, files: list[str], base: Path) -> list[str]:
    """The files that lie in no workspace: a ** that covers one must not read its tables, reports and exports."""
    answers: dict[Path, bool] = {}
    own = base.absolute()
    above = {own, *own.parents}

    def is_inside(folder: Path) -> bool:
        if folder not in answers:
            # a workspace that is the config's own folder, or above it, may have the corpus beside its tables
            apart = folder not in above
            answers[folder] = (folder / "_step.json").exists() or (apart and (_is_workspace(folder) or is_inside(folder.parent)))
        return answers[folder]

    kept = [f for f in files if not is_inside(Path(os.path.abspath(base / f)).parent)]  # noqa: PTH100  without .. and with links
    if len(kept) < len(files):
        log.info("corpus %s: %d files of workspaces are left out", corpus.name, len(files) - len(kept))
    return kept


def _is_workspace(folder: Path) -> bool:
    """Does it hold a table, or the lock of a run that was killed before it had written one?"""
    return (folder / lock.NAME).is_file() or any((entry / "_step.json").exists() for entry in folder.iterdir() if entry.is_dir())


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
