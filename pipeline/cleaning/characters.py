"""What each character is, as tables over all code points: how cleaning maps it, and what it counts as.

The policy on width and compatibility forms (`width = "letters"`): letters, digits and ideographs are normalised (Ａ to A, 豈
to its unified form), because counting must see one form; punctuation and symbols stay as written (，！①㎡), because full
NFKC would turn them into other characters and the text could not be shown again.
"""

import re
import unicodedata
from functools import cache

import numpy as np
import opencc

_ALL, _NAMED = 0x110000, 0x32000  # code points; those above _NAMED are rare symbols, tags and private use
SEPARATOR = "\x01"  # between the texts of a batch, so that a table is tried once; texts lose theirs before that
DROP = np.uint32(0xFFFFFFFF)
SPACE, HAN, DIGIT, MARK, BROKEN, LATIN = 1, 2, 4, 8, 16, 32
# stand in simplified text as well, as names (李乾, 毕昇) or by themselves: these alone do not make a text traditional
_IN_BOTH_SCRIPTS = "乾吒夥徵拚捱摺榘菸薹袷醣麴昇锺"
_IN_PHRASES = "坏哩沈甦瞭藉衹覆"  # change in phrases alone (沈沒): found by converting every pair of the characters of a wiki
# radicals of the supplement, and the ideographs that they are (Unicode: Equivalent_Unified_Ideograph); NFKC knows but two of them
_RADICALS = (
    "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻"
    "⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳"
)
_IDEOGRAPHS = (
    "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿"
    "肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"
)
# invisible, and yet no format characters: Unicode's Default_Ignorable_Code_Point beyond category Cf, and the blank of Braille
_INVISIBLE = (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2800, 0x3164, *range(0xFE00, 0xFE10), 0xFFA0)
_NEWLINES = (0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029)


def _identity() -> np.ndarray:
    return np.arange(_ALL, dtype=np.uint32)


@cache
def width() -> np.ndarray:
    """The policy above, for each code point the one that stands for it (uint32)."""
    table = _identity()
    for c in range(0x80, _NAMED):
        char = chr(c)
        plain = unicodedata.normalize("NFKC", char)
        if len(plain) != 1 or plain == char:
            continue
        letters = unicodedata.category(plain)[0] in "LN" and unicodedata.category(char)[0] == "L"
        if letters or 0xFF10 <= c <= 0xFF19 or 0x2E80 <= c <= 0x2FD5:
            table[c] = ord(plain)
    table[list(map(ord, _RADICALS))] = list(map(ord, _IDEOGRAPHS))
    return table


@cache
def control() -> np.ndarray:
    """Controls, zero-width and other invisible characters are dropped; what breaks lines is white space and stays."""
    table = _identity()
    for c in range(_NAMED):
        if unicodedata.category(chr(c)) in ("Cc", "Cf", "Cs") and c not in (0x09, 0x0A, *_NEWLINES):
            table[c] = DROP
    table[list(_INVISIBLE)] = DROP
    table[0xE0000:0xE1000] = DROP  # tags, more variation selectors
    table[ord(SEPARATOR)] = ord(SEPARATOR)
    return table


@cache
def spaces() -> np.ndarray:
    """Every white space as a space, every line end as a newline."""
    table = _identity()
    for c in range(0x80, 0x3001):
        if chr(c).isspace():
            table[c] = 0x20
    table[list(_NEWLINES)] = 0x0A
    table[0x09] = 0x20
    return table


@cache
def kinds() -> np.ndarray:
    """For each code point its kind, one bit or none (uint8): SPACE, HAN, DIGIT, MARK (punctuation, symbols), BROKEN, LATIN."""
    table = np.zeros(_ALL, np.uint8)
    for c in range(_NAMED):
        category = unicodedata.category(chr(c))
        if category[0] in "PS":
            table[c] = MARK
        elif category == "Nd":
            table[c] = DIGIT
        elif category[0] == "L" and unicodedata.name(chr(c), "").startswith(("LATIN", "FULLWIDTH LATIN")):
            table[c] = LATIN
        if chr(c).isspace():
            table[c] = SPACE
    for first, last in ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)):
        table[first : last + 1] = HAN
    for first, last in ((0xE000, 0xF8FF), (0xFFFD, 0xFFFD), (0xF0000, 0x10FFFF)):
        table[first : last + 1] = BROKEN
    table[0xE001:0xE538] = MARK  # what telephones used for emoji before Unicode had them
    return table


@cache
def converter(script: str) -> opencc.OpenCC:
    """OpenCC, to `simplified` or to `traditional`."""
    return opencc.OpenCC({"simplified": "t2s", "traditional": "s2t"}[script])


@cache
def may_convert(script: str) -> np.ndarray:
    """The characters of which a text must hold one to be converted (bool)."""
    table = np.zeros(_ALL, bool)
    if script == "traditional":  # 后 may stay or become 後, as its neighbours tell
        return kinds() == HAN
    convert = converter(script).convert
    for first, last in ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0x20000, _NAMED)):
        joined = SEPARATOR.join(map(chr, range(first, last)))
        table[first:last] = [a != b for a, b in zip(joined.split(SEPARATOR), convert(joined).split(SEPARATOR), strict=True)]
    table[list(map(ord, _IN_PHRASES))] = True
    table[list(map(ord, _IN_BOTH_SCRIPTS))] = False
    return table


@cache
def _sign_of_other_script(script: str) -> re.Pattern[str]:
    """Finds a character of `may_convert`."""
    return re.compile(f"[{''.join(map(chr, np.flatnonzero(may_convert(script))))}]")


@cache
def same_length() -> dict[int, int]:
    """The width policy and the spaces, for str.translate: the text keeps its length."""
    both = spaces()[width()]
    return {int(c): int(both[c]) for c in np.flatnonzero(both != _identity()) if c >= 0x80 and c not in _NEWLINES}


def normalize_in_place(text: str) -> str:
    """Width and compatibility forms and spaces only, character for character: the result is as long as the text."""
    return text.translate(same_length())


def convert_script(texts: list[str], script: str) -> list[str]:
    """Each text in the given script (`simplified`, `traditional`; `keep` changes nothing), if it holds a sign of the other."""
    if script == "keep":
        return texts
    chosen = [i for i, text in enumerate(texts) if _sign_of_other_script(script).search(text)]
    converted = dict(zip(chosen, convert_all([texts[i] for i in chosen], script), strict=True))
    return [converted.get(i, text) for i, text in enumerate(texts)]


def convert_all(texts: list[str], script: str) -> list[str]:
    """Each text converted, whatever it holds; which of them are to be, `may_convert` tells."""
    if not texts:
        return texts
    convert = converter(script).convert
    joined = convert(SEPARATOR.join(texts)).split(SEPARATOR)  # faster on one long text
    return joined if len(joined) == len(texts) else [convert(t) for t in texts]
