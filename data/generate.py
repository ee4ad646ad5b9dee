"""Writes the bundled sample: general.json, power.jsonl and planted_terms.txt, the same bytes every time.

general.json is ONE JSON array of {"url", "question", "tags"}, as the Baidu Zhidao question set is shown; power.jsonl holds
notes on electric power, a record a line. Both come from the grammars beside this file, questions.toml and notes.toml: every
sentence is made up here, none is copied. Each text stays within a topic, so that words of a topic keep company. Terms of the
field are planted in the notes, some with their English; a miner should find them again without being told.

    python data/generate.py [FOLDER]
"""

import json
import random
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

QUESTIONS, NOTES = 20_500, 8_200
SEED = 20_240_501
FIRST_YEAR, YEARS = 2019, 6
RISING, SHARES = "renewable", (0, 0, 1, 3, 9, 18)  # the topic that becomes more from year to year; another has 4
GLOSSED = 0.2  # of the texts with a term whose English is given
GRAMMARS = Path(__file__).parent
TRADITIONAL = str.maketrans(
    "为么电脑车东买卖学习图书门开关时间边过还吗吃饭银行证医药钱", "為麼電腦車東買賣學習圖書門開關時間邊過還嗎吃飯銀行證醫藥錢"
)
_SLOT = re.compile(r"\{(\w+)\}")

Slots = Mapping[str, list[str]]


class Topic(NamedTuple):
    """Forms, which are sentences with slots in braces, and what its own slots may hold."""

    name: str
    forms: list[str]
    slots: Slots


class Grammar(NamedTuple):
    """Topics, and what the slots of all of them may hold; forms that questions and notes have; the English of some words."""

    topics: list[Topic]
    slots: Slots
    common_forms: list[str]
    english: Mapping[str, str]


def _slots(fillers: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: listed.split() for name, listed in fillers.items() if name != "forms"}


def grammar(name: str) -> Grammar:
    """That of questions.toml or notes.toml; what both have stands with the questions."""
    tables, shared = (tomllib.loads((GRAMMARS / f"{n}.toml").read_text(encoding="utf-8")) for n in (name, "questions"))
    forms = shared["forms"]["common"].strip().splitlines()
    topics = [Topic(n, t["forms"].strip().splitlines() if "forms" in t else forms, _slots(t)) for n, t in tables["topics"].items()]
    return Grammar(topics, _slots(shared["common"] | tables["words"]), forms, tables.get("english", {}))


def planted_terms() -> list[str]:
    """All planted terms, sorted: what the topics' own slots hold, but for what people do."""
    slots = [(name, fillers) for topic in grammar("notes").topics for name, fillers in topic.slots.items()]
    return sorted({filler for name, fillers in slots if name != "act" for filler in fillers})


def _filled(form: str, slots: Slots, rng: random.Random) -> tuple[str, list[str]]:
    """The sentence, and what went into its slots; a slot that stands twice takes two fillers."""
    named = _SLOT.findall(form)
    left = {name: rng.sample(slots[name], len(slots[name])) for name in dict.fromkeys(named)}
    fillers = [left[name].pop() for name in named]
    return _SLOT.sub("{}", form).format(*fillers), fillers


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


def _spoil(question: str, rng: random.Random) -> str:
    """One question in twelve as real ones come: markup, full width, traditional script, stray spaces and addresses."""
    kind = rng.randrange(60)
    if kind == 0:
        return f"<p>{question}</p>"
    if kind == 1:
        return question.replace("，", "&nbsp;") + "<br/>谢谢"
    if kind == 2:
        return question.translate(TRADITIONAL)
    if kind == 3:
        return _wide(f"{question}QQ{rng.randrange(10)}")
    if kind == 4:
        return f"  {question}\u200b ？？"
    return question


def _asked(read: Grammar, rng: random.Random) -> tuple[str, list[str]]:
    """A question and its tags: the topic, and what its first own slot holds."""
    topic = rng.choice(read.topics)
    form = rng.choice(topic.forms)
    text, fillers = _filled(form, {**read.slots, **topic.slots}, rng)
    labels = [filler for name, filler in zip(_SLOT.findall(form), fillers, strict=True) if name in topic.slots]
    if text.endswith("。"):
        return _spoil(text, rng), [topic.name, *labels[:1]]
    before = f"{rng.choice(read.slots['before'])}，" if rng.random() < 0.2 else ""
    after = f"，{rng.choice(read.slots['after'])}" if rng.random() < 0.2 else ""
    return _spoil(f"{before}{text}{rng.choice(('', '？', '?'))}{after}", rng), [topic.name, *labels[:1]]


def questions(rng: random.Random) -> list[str]:
    """The elements of the array as JSON text, some of them broken on purpose."""
    read = grammar("questions")
    rows: list[str] = []
    texts: list[str] = []
    for number in range(QUESTIONS):
        if texts and rng.random() < 0.06:
            text, tags = rng.choice(texts[-3000:]), ["重复"]
        else:
            text, tags = _asked(read, rng)
            texts.append(text)
        record: dict[str, object] = {"url": f"zhidao.example/q/{number}", "question": text, "tags": tags}
        row = json.dumps(record, ensure_ascii=False)
        if number % 1000 == 500:  # twenty broken ones of five kinds
            broken = ({"url": record["url"], "tags": tags}, {**record, "question": None}, {**record, "question": number}, None)
            kind = number // 1000 % 5
            row = row[:-4] if kind == 4 else json.dumps(broken[kind], ensure_ascii=False)
        rows.append(row)
    return rows


def notes(rng: random.Random) -> list[str]:
    """The lines of power.jsonl, one of them cut short."""
    read = grammar("notes")
    rows: list[str] = []
    for number in range(NOTES):
        year = rng.randrange(YEARS)
        weights = [SHARES[year] if topic.name == RISING else 4 for topic in read.topics]
        [topic] = rng.choices(read.topics, weights)
        slots = {**read.slots, **topic.slots}
        forms = (topic.forms if rng.random() < 0.4 else read.common_forms for _ in range(rng.choice((1, 2, 2, 3))))
        text = "".join(_filled(rng.choice(listed), slots, rng)[0] for listed in forms)
        glossed = next((term for term in read.english if term in text), None)
        if glossed and rng.random() < GLOSSED:
            text = text.replace(glossed, f"{glossed}（{read.english[glossed]}）", 1)
        date = f"{FIRST_YEAR + year}-{rng.randrange(1, 13):02d}"
        rows.append(json.dumps({"id": f"note-{number}", "date": date, "text": text}, ensure_ascii=False))
    rows.insert(4000, '{"id": "note-x", "date": "2021-01", "text": ')
    return rows


def main(folder: Path) -> None:
    """Write the three files."""
    rng = random.Random(SEED)
    # newline="\n": the same bytes on every system
    with open(folder / "general.json", "w", encoding="utf-8", newline="\n") as out:
        out.write("[\n" + ",\n".join(questions(rng)) + "\n]\n")
    with open(folder / "power.jsonl", "w", encoding="utf-8", newline="\n") as out:
        out.write("\n".join(notes(rng)) + "\n")
    with open(folder / "planted_terms.txt", "w", encoding="utf-8", newline="\n") as out:
        out.write("\n".join(planted_terms()) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
