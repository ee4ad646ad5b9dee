"""The rules of cleaning, in their order. In: texts, and the settings of [clean]. Out: cleaned texts, or why they are dropped.

A rule that changes a text is a row of the table below, and a function of changes.py or a pattern of patterns.py. A rule that
drops one is a row of verdicts.py.
"""

import string
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from wajue.cleaning import changes, patterns, verdicts
from wajue.cleaning.batch import TextBatch
from wajue.cleaning.changes import Sought
from wajue.cleaning.quality import Quality
from wajue.config import Clean

_DIGITS, _NAME = string.digits, string.digits + string.ascii_letters + "_-"

_MATCHED = {  # what [clean] drops, masks or keeps under the same name
    "urls": Sought(patterns.URL, hints=(":/", "w.", "W.")),
    "emails": Sought(patterns.EMAIL, hints="@"),
    "mac_addresses": Sought(patterns.MAC_ADDRESS, hints=":-", likely=lambda text: text.count(":") > 4 or text.count("-") > 4),
    "ip_addresses": Sought(patterns.IP_ADDRESS, hints=".:", likely=lambda text: text.count(".") > 2 or text.count(":") > 1),
    "file_paths": Sought(
        patterns.FILE_PATH, hints=("/", "\\", "data:"), likely=lambda text: text.count("/") > 1 or "\\" in text or "data:" in text
    ),
    "identity_numbers": Sought(patterns.IDENTITY, needs=(_DIGITS, 17), is_one=patterns.is_identity_number),
    "bank_cards": Sought(patterns.BANK_CARD, needs=(_DIGITS, 16), is_one=patterns.is_card_number),
    "passports": Sought(patterns.PASSPORT, hints=("护照", "证"), needs=(_DIGITS, 7), group=1),
    "accounts": Sought(patterns.ACCOUNT, hints="QqVvWw信扣鹅薇微", needs=(_NAME, 5), group=1),
    "phones": Sought(patterns.PHONE, needs=(_DIGITS, 10)),
}
_CHANGE_RULES: dict[str, Callable[[TextBatch, Clean], None]] = {
    "mojibake": changes.mojibake,
    "html": changes.html,
    "code": changes.code,
    "math": changes.math,
    "control_characters": changes.control_characters,
    "width": changes.width,
    "script": changes.script,
    **{name: partial(changes.matches, name, sought) for name, sought in _MATCHED.items()},
    "whitespace": changes.whitespace,
    "repeated_characters": changes.repeated_characters,
    "other_language": changes.other_language,
}
# passages that a reader marked come first, and boilerplate second, in the stage: it takes the whole corpus to know
CHANGES = ("front_matter", "boilerplate", *_CHANGE_RULES)
_IN_CHINESE = ("code", "other_language")  # in English text a sentence may look like a statement, and no line is of another language


@dataclass(frozen=True)
class Cleaned:
    """What cleaning made of texts, an entry for each. changed: a bit for each rule of CHANGES; reason None: the text is kept."""

    texts: list[str]
    changed: np.ndarray
    quality: Quality
    reasons: list[str | None]
    details: list[str | None] = field(repr=False)


def clean(texts: list[str], rules: Clean, *, han_rules: bool = True, only: tuple[str, ...] | None = None) -> Cleaned:
    """Apply all rules. han_rules: the text is Chinese, judged by its share of Han; only: these changes alone, to see their cost."""
    batch = TextBatch(texts, CHANGES)
    for name, change in _CHANGE_RULES.items():
        if texts and (only is None or name in only) and (han_rules or name not in _IN_CHINESE):
            change(batch, rules)
    quality = Quality.of(batch)
    reasons, details = verdicts.reasons_and_details(batch, quality, rules, han_rules=han_rules)
    return Cleaned(batch.texts, batch.changed, quality, reasons, details)
