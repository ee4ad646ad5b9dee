"""Where a name begins. In: the texts before a mark, and the names that are known. Out: the name at the end of each.

我们使用循环神经网络（recurrent neural network）: the name could be any known suffix of the text, the whole of it, or what several
texts before the same right side have in common. Each gets a score, and the best is taken: its length fits the letters of the other
side; it begins where the text does, or behind a word that no name holds (使用, 的). Quotes and emphasis settle it.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wajue.mining.terms.form_rules import STOP_WORDS, broken_rule

# words of one character that stand before a name, or within a sentence, but neither begin nor end a name
_GRAMMAR = frozenset("的了是在和与及或将用对为从被以其这那该把由即则如而且也都又称并向到给让使有做所之些每各呈来")
_CALLS = frozenset(
    (
        "称为 叫做 叫作 引入 探讨 研究 观察 分析 检测 测定 介绍 应用 基于 给予 选取 "
        "选用 分为 比较 评价 评估 考虑 结合 建立 构建 设计 提出 用于 针对 测量 计算 "
        "定义 包含 遵循 展示 讨论 静脉 运用 至于 显示 借鉴 总称 经典 传统 改进 新型 "
        "抗 所有 即为 一种 该 联合 口服 尤其 另外 鉴定 证实 常用 其他 临床 提高 "
        "降低 增加 减少 注射 执行 实现 结果 中 内 有 可 不"
    ).split(" ")
)
_GRAMMAR_TAGS = ("p", "c", "d", "r", "u", "y")  # of jieba's: prepositions, conjunctions, adverbs, pronouns, particles
_BEGINNERS = frozenset(
    ("时间 选择 完全 处理 基本 决定 认识 理解 部分 影响 主要 注意 自己 不同 不全 全部 左右 上下 前后").split(" ")
)  # of STOP_WORDS
# Han characters against what stands in brackets: 3.2 letters a character in words, half a letter in short forms; the spread is of
# their logarithms. Fitted by eye on the glossaries of d2l and hello-algo
_LETTERS_EACH, _SHORT_EACH, _SPREAD = 3.2, 0.5, 0.35
_LONGEST_WORD = 6
_LEAST = 1.5  # points that a name must have
# with so many times the letters that it needs, a name is the head of a longer one: 基于类的语言模型（class-based language model）
_HEAD = 1.45
_NAMING = re.compile(".*(?:称之为|称[为作]|叫[做作]|名为|记为)(?=..)")
_AROUND = re.compile(r"^(.{3,}).+\1$")
_TWICE = re.compile(r"(.{2,})\1$")  # a heading, and the name that it ends or begins with again


@dataclass(frozen=True)
class Names:
    """known: {name: its count}, the candidates that no rule of form bars; tags: {word: part of speech} of a dictionary."""

    known: Mapping[str, int]
    tags: Mapping[str, str]

    def at_end(self, before: str) -> str:
        """The longest known name at the end, or ''."""
        return next((before[i:] for i in range(len(before) - 1) if before[i:] in self.known and not _cuts_run(before, i)), "")

    def at_beginning(self, text: str) -> str:
        """The longest known name at the beginning, or ''."""
        return next((text[:n] for n in range(len(text), 1, -1) if text[:n] in self.known), "")

    def cut(self, text: str) -> dict[int, str]:
        """{where a word begins: the word}, the longest words of the dictionary and the known names, from the end."""
        begins, end = {}, len(text)
        while end:
            sizes = range(min(_LONGEST_WORD, end), 0, -1)
            size = next((n for n in sizes if text[end - n : end] in self.tags), 1)
            while end - size and _cuts_run(text, end - size):
                size += 1
            begins[end - size] = text[end - size : end]
            end -= size
        return begins

    def word_before(self, text: str, i: int) -> str:
        """The longest word that ends at i; '' at the beginning."""
        sizes = range(min(_LONGEST_WORD, i), 0, -1)
        return next((text[i - n : i] for n in sizes if text[i - n : i] in self.tags), text[i - 1 : i])

    def word_at(self, text: str, i: int) -> str:
        """The longest word that begins at i."""
        return next((text[i : i + n] for n in range(_LONGEST_WORD, 0, -1) if text[i : i + n] in self.tags), text[i])

    def is_call(self, word: str) -> bool:
        """Is it one of the words that lead to names, and are in none?"""
        return word in _CALLS or (word in STOP_WORDS and word not in _BEGINNERS)

    def is_grammar(self, word: str) -> bool:
        """Does no name begin with the word?"""
        if word in _GRAMMAR or self.is_call(word):
            return True
        return word not in self.known and word not in _BEGINNERS and self.tags.get(word, "n").startswith(_GRAMMAR_TAGS)

    def is_plain(self, text: str) -> bool:
        """Is it made of words of names alone?"""
        cut = self.cut(text)
        if self.tags.get(text, "n").startswith(_GRAMMAR_TAGS):
            return False
        return not any(map(self.is_grammar, cut.values())) and not self.is_verb(cut.get(0, ""))

    def is_verb(self, word: str) -> bool:
        """Is it a verb and nothing else? A name may begin with it all the same: 反向传播."""
        return self.tags.get(word) == "v"


def _cuts_run(text: str, i: int) -> bool:
    """Is the position within a run of letters and digits?"""
    return i > 0 and all(c.isascii() and (c.isalnum() or c in "-.+") for c in text[i - 1 : i + 1])


def agreement(texts: Iterable[str]) -> dict[str, int]:
    """{suffix: how many different characters stand before it}, of the suffixes for which they are two or more."""
    before: dict[str, set[str]] = {}
    for text in set(texts):
        for i in range(len(text) - 1):
            before.setdefault(text[i:], set()).add(text[i - 1] if i else "")
    return {suffix: len(characters) for suffix, characters in before.items() if len(characters) >= 2}


def misfit(name: str, named: str) -> float:
    """How badly a name's length fits the letters of its gloss, in squared standard deviations, halved."""
    if not named.isascii():
        return (math.log(len(named) / len(name)) / (2 * _SPREAD)) ** 2 / 2  # another name, about as long
    letters = sum(c.isalnum() for c in named)
    is_short = named.isupper() or (not named.islower() and len(named) <= 6 and " " not in named)
    each = _SHORT_EACH if is_short else _LETTERS_EACH
    return (math.log(letters / len(name) / each) / _SPREAD) ** 2 / 2


def names(contexts: Iterable[tuple[str, bool]], named: str, known: Names) -> list[str]:
    """The name at the end of each (text, is_bounded) that stands before the same right side; '' where none can be told."""
    pairs = [(text, is_bounded) if is_bounded else unrepeated(_NAMING.sub("", text)) for text, is_bounded in contexts]
    shared = agreement(text for text, _ in pairs)
    return [text if is_bounded else _best(text, named, shared, known) for text, is_bounded in pairs]


def unrepeated(text: str) -> tuple[str, bool]:
    """(肺结核, True) of 第三节肺结核肺结核: a heading that runs into its text says the name twice."""
    again = _TWICE.search(text) or _AROUND.match(text)
    return (again[1], True) if again else (text, False)


def _best(text: str, named: str, shared: Mapping[str, int], known: Names) -> str:
    cut = known.cut(text)
    scored = [
        (_score(text, i, cut, shared, known) - misfit(text[i:], named), -i)
        for i in range(len(text) - 1)
        if not _cuts_run(text, i) and (i == 0 or text[i:] in known.known or text[i:] in shared) and not _is_head(text, i, named)
    ]
    best, begin = max(scored, default=(0.0, 0))
    return text[-begin:] if best >= _LEAST else ""


def _is_head(text: str, i: int, named: str) -> bool:
    """Does 的 stand before the name, and is the phrase that it should mean longer than it?"""
    letters = sum(c.isalnum() for c in named)
    return text[i - 1 : i] == "的" and bool(re.search("[ -]", named)) and letters > _HEAD * _LETTERS_EACH * len(text[i:])


def _score(text: str, i: int, cut: Mapping[int, str], shared: Mapping[str, int], known: Names) -> float:
    """What speaks for the name that begins at i; see the module. The points were set by hand on d2l and hello-algo."""
    name, first = text[i:], known.word_at(text, i)
    previous = known.word_before(text, i)
    begins = not previous or (i in cut and known.is_grammar(previous) and (len(previous) > 1 or previous in _GRAMMAR))
    score = 2.0 * (name in known.known) + 2.0 * (name in shared) + (i in cut)
    score += 2 if begins else 0 if name in shared else -3
    is_whole = i == 0 and name in known.known  # 根节点 stands alone, though 根 may be a preposition
    score -= 4 * (known.is_grammar(first) and not is_whole) + (name not in known.known) * known.is_verb(first)
    return score - 2 * sum(word in _GRAMMAR or known.is_call(word) for at, word in cut.items() if at > i)


def is_name(text: str) -> bool:
    """Can this be a name by its form? A word of grammar, a number, a piece of a sentence cannot."""
    return len(text) >= 2 and not _PIECE.search(text) and broken_rule(text, [text]) is None


_PIECE = re.compile(
    "^(?:但|如果|通常|一般|目前|有时|有些|主要|首先|最后|上述|前者|后者|以上|下面|因此|因而|例如|比如|一种|一个|又|也|或|和|与|及|在|是|将|把|被)|(?:是|为|和|与|或|及|在|中|时|后|等)$|到一个|又称|全名"
)
