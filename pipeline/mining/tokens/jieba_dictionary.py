"""The dictionary that jieba brings. In: its file. Out: word frequencies, which tell known words from new ones and stand in for
a general corpus where there is none; parts of speech, which tell pieces of sentences from terms; and tokenizers.
"""

import functools
from collections.abc import Iterator, Mapping

import jieba


@functools.cache
def frequencies() -> dict[str, int]:
    """{word: occurrences in the text that the dictionary was made from}: some 349 thousand words, 60 million occurrences."""
    return {word: int(count) for word, count, *_ in _entries()}


def tokenizer(added: Mapping[str, int] | None = None) -> jieba.Tokenizer:
    """A segmenter with jieba's dictionary, to which words are added with these frequencies.

    jieba's own would believe `jieba.cache` in the folder for temporary files, whoever wrote it, and it is a marshalled object; the
    dictionary itself is read in a second, once a process.
    """
    made = jieba.Tokenizer()
    jieba.setLogLevel(60)
    prefixes, made.total = _prefixes()
    made.FREQ = dict(prefixes)
    made.initialized = True
    for word, frequency in (added or {}).items():
        made.add_word(word, frequency)
    return made


@functools.cache
def _prefixes() -> tuple[dict[str, int], int]:
    """What a tokenizer looks up: the frequency of each word, 0 for what but begins words; and the sum of all."""
    with jieba.get_dict_file() as lines:
        prefixes, total = jieba.Tokenizer.gen_pfdict(lines)
    return prefixes, total


@functools.cache
def tags() -> dict[str, str]:
    """{word: its part of speech}, in the tags of ICTCLAS."""
    return {word: tag for word, _, tag in _entries()}


def pieces(string: str) -> list[str]:
    """The string cut into words of the dictionary, and single characters where it has none."""
    return [str(piece) for piece in _plain_tokenizer().cut(string, HMM=False)]


@functools.cache
def _plain_tokenizer() -> jieba.Tokenizer:
    return tokenizer()


def _entries() -> Iterator[list[str]]:
    with jieba.get_dict_file() as lines:
        yield from (line.decode().split() for line in lines)
