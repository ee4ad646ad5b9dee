"""Where a text says how two names belong together. In: the text of a document. Out: mentions.

A mention has a *left side*, which is open where it begins: 我们使用循环神经网络 before a bracket; `naming.py` says where in it the
name begins. Its *right side* is bounded by marks: a bracket, quotes, the end of a clause. The patterns are those of Hearst (1992,
"Automatic Acquisition of Hyponyms") and of Schwartz & Hearst (2003, abbreviations), as Chinese writes them.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pyarrow as pa

from wajue.arrays.cells import Batches

HAN = "\u3400-\u9fff"
_LEFT = 24  # characters before a mark in which a name is looked for
_EXAMPLE = 60  # characters of the text before and after the mark that an example shows
_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("kind", "before", "named")]
    + [("is_bounded", pa.bool_()), ("example", pa.string()), ("doc_id", pa.string())]
)
MENTIONS = "kind string, before string, named string, is_bounded boolean, example string, doc_id string"

_OPEN, _CLOSE = "“‘「『《\"'*_`", "”’」』》\"'*_`"
_NAME = rf"[{HAN}A-Za-z0-9][{HAN}A-Za-z0-9 +#./&·\-]{{0,40}}?"
_BRACKET = re.compile(r"[（(]([^（()）\n]{2,80})(?<![,，])(?:）|\)(?![A-Za-z0-9\-]))")  # neither a tuple nor a cast of code
_ENDS = re.compile(rf"[{HAN}A-Za-z0-9α-ωΑ-Ω·•\-+#]+$")
_LATIN_END = re.compile(r"[A-Za-z][A-Za-z0-9+#.\-]*(?: [A-Za-z][A-Za-z0-9+#.\-]*){0,4}$")
_PARAMETER = re.compile(r"\*[a-z_0-9]+\*$")  # *encoding*（如果给定）
_LATIN_WORD = re.compile(r"(?<![A-Za-z0-9])([A-Za-z][A-Za-z0-9+#.\-]*) $")
_LANGUAGE = re.compile(r"^(?:英文|英语|英|拉丁文|拉丁语|德语|法语|学名|全称)(?:名称?|全称|缩写|简称|叫|为|是)*[:： ]?")
_PHRASE = re.compile(r"[A-Za-z][A-Za-z'’\-]*(?:[ \-][A-Za-z0-9][A-Za-z0-9'’\-]*){0,7}")
_SHORT_FORM = re.compile(r"(?=.*[A-Z].*[A-Z])[A-Za-z][A-Za-z0-9&/+\-]{1,9}")
_NO_GLOSS = re.compile(
    r"(?:e\.?g|i\.?e|see|cf|fig|table|eq|vs?|or|and|not|the|by|in|of|for|from|to|with|http|https|new|old|optional)\b", re.I
)
_TAIL = rf"(?:为|作|做|是|:|：)*[{_OPEN}]*({_NAME})[{_CLOSE}]*(?=[，,。；;）)（(、！\n]|$)"
_SAYS_MORE = re.compile("简称|缩写|称|又叫|也叫|又名|别名")  # read by the patterns below
_SHORTENED = re.compile("(?:简称|缩写)" + _TAIL)
_RENAMED = re.compile("(?:[又亦也俗]称|[又也]叫|又名|(?:别名|别称|旧称)(?=[为是叫:：]))" + _TAIL)  # 列别名列表 names a list
_LEAD = re.compile(r"[，,（(；; ]?(?:以下|下文中?|后文|在下文中|本文)?(?:均|统|皆|也|又|亦)?(?:常|通常)?$")
_SUBJECT = re.compile(
    rf"[ #>*\-]*(?:所谓)?[“‘「*]*([{HAN}A-Za-z0-9\-]{{2,14}})[”’」*]*(?:[（(][^（()）\n]{{2,60}}[）)])?[，,]?(?:就|即)?$"
)
_CLAUSE = re.compile(r"(?:是指|指的是|是一种|是一类|定义为)([^。！？\n；;]{6,120})(?=[。；;])")
_CONDITION = re.compile("定义为[^，,]*(?:时候?|情况下)[，,]")


class Mention(NamedTuple):
    """kind: of the relation; before: the text up to the mark, in which the name stands last; named: the other side.

    is_bounded: a mark says where the name in `before` begins; example: the text around.
    """

    kind: str
    before: str
    named: str
    is_bounded: bool
    example: str


def mentions(text: str) -> Iterator[Mention]:
    """All mentions of a text."""
    for anchors, pattern, read in _READERS:
        for anchor in anchors:
            start = text.find(anchor)  # many times faster than a pattern tried at every character
            while start >= 0:
                if match := pattern.match(text, start):
                    for kind, before, named, is_bounded in read(text, match):
                        yield Mention(kind, before, named, is_bounded, _around(text, match))
                start = text.find(anchor, start + 1)


def _around(text: str, match: re.Match[str]) -> str:
    """The match in the sentence that holds it, or in the part of it that is near."""
    begin = max(text.rfind(mark, 0, match.start()) for mark in "。！？\n") + 1
    ends = [end for mark in "。！？\n" if (end := text.find(mark, match.end())) >= 0]
    end = min(ends, default=len(text))
    return text[max(begin, match.start() - _EXAMPLE) : min(end, match.end() + _EXAMPLE)].strip()


def _left(text: str, end: int) -> tuple[str, bool]:
    """(what stands before a mark, up to punctuation; is it bounded where it begins?)"""
    piece = text[max(0, end - _LEFT - 8) : end].rstrip(" ")
    quoted = piece.rstrip(_CLOSE)
    match = _ENDS.search(quoted[-_LEFT:])
    if not match:
        return "", False
    if match[0].isascii():  # JSON Path，又称...
        match = _LATIN_END.search(quoted) or match
    opener = quoted[: len(quoted) - len(match[0])][-1:]
    return match[0], len(quoted) < len(piece) and opener in _OPEN and opener != ""


Read = Iterator[tuple[str, str, str, bool]]


def _bracket(text: str, match: re.Match[str]) -> Read:
    """循环神经网络（recurrent neural network，RNN）, 所有权（ownership）, RNN（循环神经网络）, 北京大学（北大）."""
    before, is_bounded = _left(text, match.start())
    inside = match[1].strip(" *_“”\"'")
    is_code = inside != match[1].strip() and " " not in inside and not is_bounded  # 目录（*src*） says what a parameter is
    if re.fullmatch(rf"[{HAN}]{{2,14}}", inside):
        if _SAYS_MORE.search(inside):
            return
        ahead = text[max(0, match.start() - 60) : match.start()].rstrip(" ")
        if _PARAMETER.search(ahead):
            return
        outer = _LATIN_END.search(ahead.rstrip('*_”"'))
        if outer and re.search("[A-Za-z]{2}", outer[0]):
            yield "reverse", outer[0], inside, True
        elif before:
            yield "bracket", before, inside, is_bounded
        return
    if is_code or not re.search(f"[{HAN}]", before):
        return
    parts = [_LANGUAGE.sub("", p).strip(" *_“”\"'") for p in re.split(r"[，,；;：:]|(?<=[a-z]) *[-—–]+ (?=[A-Z]{2})", inside)]
    parts = [re.sub(r"^(?:以下)?(?:简称|缩写)为?[:： ]*", "", p) for p in parts if p]
    short = [p for p in parts if _SHORT_FORM.fullmatch(p)]
    phrases = [p for p in parts if p not in short and _PHRASE.fullmatch(p) and not _NO_GLOSS.match(p) and re.search("[a-z]{3}", p)]
    if len(parts) > 2 or len(short) > 1 or len(short) + len(phrases) < len(parts) or len(phrases) > 1:
        return
    if phrases and short and not is_short_form(short[0], phrases[0]):
        return
    for phrase in phrases:
        yield "gloss", before, phrase, is_bounded
    for form in short:
        yield "abbreviation", before if is_bounded else _with_latin(text, before, match.start()), form, is_bounded
        for phrase in phrases:
            yield "abbreviation", phrase, form, True


def _with_latin(text: str, before: str, end: int) -> str:
    """With the Latin word that a space parts from it: JavaScript 对象表示法."""
    start = text.rfind(before, 0, end)
    latin = _LATIN_WORD.search(text, max(0, start - _LEFT), start)
    return f"{latin[1]} {before}" if latin else before


def is_short_form(short: str, full: str) -> bool:
    """Do the letters of the short form stand in the full one, in this order, the first one first?"""
    letters = [c for c in short.lower() if c.isalnum()]
    rest = iter(full.lower())
    return bool(letters) and full.lower().startswith(letters[0]) and all(c in rest for c in letters)


def _named(kind: str) -> Callable[[str, re.Match[str]], Read]:
    """X，简称Y and X又称Y; Y is bounded."""

    def read(text: str, match: re.Match[str]) -> Read:
        end = match.start() - len(_LEAD.search(text[max(0, match.start() - 12) : match.start()])[0])  # type: ignore[index]
        if text[end - 1 : end] in (")", "）"):  # 循环神经网络（RNN），又称...
            end = max(text.rfind(mark, 0, end) for mark in "（(")
        before, is_bounded = _left(text, max(end, 0))
        if before:
            yield kind, before, match[1].strip(), is_bounded

    return read


def _defined(text: str, match: re.Match[str]) -> Read:
    """X是指Y, where a sentence begins with X."""
    begin = max(text.rfind(mark, 0, match.start()) for mark in "。！？\n") + 1
    subject = _SUBJECT.fullmatch(text[begin : match.start()])
    if subject and not _CONDITION.match(match[0]):
        yield "definition", subject[1], match[1].strip("，,：: "), True


_READERS = (
    ("（(", _BRACKET, _bracket),
    (("简称", "缩写"), _SHORTENED, _named("short")),
    (("又称", "亦称", "也称", "俗称", "又叫", "也叫", "又名", "别名", "别称", "旧称"), _RENAMED, _named("alias")),
    (("是指", "指的是", "是一种", "是一类", "定义为"), _CLAUSE, _defined),
)


def find(batches: Batches) -> Batches:
    """(doc_id, role, text) -> MENTIONS, of the documents of the domain."""
    for batch in batches:
        documents = zip(*(batch.column(name).to_pylist() for name in ("doc_id", "role", "text")), strict=True)
        told = [m._asdict() | {"doc_id": doc_id} for doc_id, role, text in documents if role == "domain" for m in mentions(text)]
        yield pa.RecordBatch.from_pylist(told, _SCHEMA)
