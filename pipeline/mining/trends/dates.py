"""Dates as people and machines write them, and the periods that they fall in. In: texts. Out: days, names of periods.

Nothing is guessed: what can be read in two ways, such as 03/05/2021, is not read.

It understands 2021, 2021-3, 2021/03/05, 2021.3.5, 20210305, 202103, a day with a time after it, 20210305103000; 2021年3月5日, also
二〇二一年三月五日; 5 Mar 2021, March 5, 2021, Fri, 05 Mar 2021 10:00:00 +0800; seconds or milliseconds since 1970, from 2001 to
2033, as UTC.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

PERIODS = ("week", "month", "quarter", "year")
_MONTHS = {m: i for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)}
_NAME = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"
_YEAR, _MONTH, _DAY = r"(?P<year>[12]\d{3})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_TIME = r"(?:[T\s,].*)?"
_SHAPES = tuple(
    re.compile(shape + r"\s*", re.IGNORECASE)
    for shape in (
        rf"{_YEAR}(?:(?P<mark>[-/.]){_MONTH}(?:(?P=mark){_DAY}{_TIME})?)?",
        rf"{_YEAR}(?P<month>\d\d)(?:(?P<day>\d\d)(?:(?:\d\d){{1,3}}|{_TIME}))?",
        rf"{_YEAR}\s*年\s*(?:{_MONTH}\s*月\s*(?:{_DAY}\s*[日号號].*)?)?",
        rf"(?:[a-z]+,\s*)?{_DAY}(?:st|nd|rd|th)?[\s-]+{_NAME}[\s,-]+{_YEAR}{_TIME}",
        rf"(?:[a-z]+,\s*)?{_NAME}\s+(?:{_DAY}(?:st|nd|rd|th)?,?\s+)?{_YEAR}{_TIME}",
    )
)
_STAMP = re.compile(r"(1\d{9}|1\d{12})(?:\.\d+)?")
_HAN = str.maketrans("〇零○一二三四五六七八九", "000123456789")


class Day(NamedTuple):
    """A date, or the month or year of one: what is not known is 0."""

    year: int
    month: int = 0
    day: int = 0


def parse(text: str) -> Day | None:
    """The date that a text gives, or None if that is not certain. Years are 1000 to 2999: 0001-01-01 stands for no date at all."""
    text = unicodedata.normalize("NFKC", text.strip())
    if stamp := _STAMP.fullmatch(text):
        return _of_stamp(stamp[1])
    if "年" in text:
        text = _in_digits(text)
    for shape in _SHAPES:
        if match := shape.fullmatch(text):
            return _valid(match.groupdict())
    return None


def _of_stamp(digits: str) -> Day | None:
    seconds = int(digits) // (1000 if len(digits) > 10 else 1)
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return Day(when.year, when.month, when.day)


def _in_digits(text: str) -> str:
    """二〇二一年十二月三十一日 as 2021年12月31日."""

    def number(match: re.Match[str]) -> str:
        tens, mark, ones = match[0].partition("十")
        if not mark:
            return match[0].translate(_HAN)
        if "十" in ones or max(len(tens), len(ones)) > 1:
            return match[0]  # not the number of a day or a month
        return f"{int(tens.translate(_HAN) or 1) * 10 + int(ones.translate(_HAN) or 0)}"

    return re.sub("[〇零○一二三四五六七八九十]+", number, text)


def _valid(parts: dict[str, str | None]) -> Day | None:
    """The day of a shape's groups; None for the 13th month, for the 31st of June, and for a written zero, as in 2021-00-00."""
    name = parts.get("name")
    year, month, day = int(parts["year"] or 0), _MONTHS[name.lower()] if name else int(parts["month"] or 0), int(parts["day"] or 0)
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    written_zero = (parts.get("month") and not month) or (parts.get("day") and not day)
    return None if written_zero else Day(year, month, day)


def period(day: Day, granularity: str) -> str | None:
    """The period that a date falls in: 2021, 2021-Q1, 2021-03 or 2021-W09 (ISO 8601); None if the date is coarser.

    granularity: of PERIODS; the names of one granularity sort in the order of time.
    """
    if granularity == "year":
        return f"{day.year}"
    if granularity == "week":
        if not day.day:
            return None
        year, week, _ = date(*day).isocalendar()
        return f"{year}-W{week:02d}"
    if not day.month:
        return None
    return f"{day.year}-{day.month:02d}" if granularity == "month" else f"{day.year}-Q{(day.month + 2) // 3}"
