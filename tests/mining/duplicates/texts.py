"""Texts that resemble each other, and how alike they are, the slow way."""

import random


def questions(n: int, seed: int) -> list[str]:
    """A third of them at random, the others with up to three characters put in."""
    rng = random.Random(seed)
    texts = ["".join(rng.choice("高压断路器怎么检修母线电压互感") for _ in range(rng.randint(6, 30))) for _ in range(n // 3)]
    while len(texts) < n:
        t = list(rng.choice(texts))
        for _ in range(rng.randint(0, 3)):
            t.insert(rng.randrange(len(t) + 1), rng.choice("吗呢，？ \U00020bb7a"))
        texts.append("".join(t))
    rng.shuffle(texts)
    return texts


def shingles(text: str, size: int) -> set[str]:
    return {text[i : i + size] for i in range(max(1, len(text) - size + 1))}


def jaccard(one: str, other: str, size: int = 2) -> float:
    a, b = shingles(one, size), shingles(other, size)
    return len(a & b) / len(a | b)
