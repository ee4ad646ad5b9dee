from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.trends.dates import Day, parse, period

UNDERSTOOD = {
    "2021": (2021,),
    " 2021-3 ": (2021, 3),
    "2021-03-05": (2021, 3, 5),
    "2021/3/5": (2021, 3, 5),
    "2021.03.05": (2021, 3, 5),
    "20210305": (2021, 3, 5),
    "202103": (2021, 3),
    "2021-03-05T23:59:00+08:00": (2021, 3, 5),  # as written: no one is moved to another day
    "2021-03-05 10:00:00.123": (2021, 3, 5),
    "20210305103000": (2021, 3, 5),
    "202103051030": (2021, 3, 5),
    "２０２１年３月": (2021, 3),
    "2021年": (2021,),
    "2021年3月": (2021, 3),
    "2021 年 3 月 5 日": (2021, 3, 5),
    "2021年03月05日 星期五 10:00": (2021, 3, 5),
    "二〇二一年三月": (2021, 3),
    "二零二一年十二月三十一日": (2021, 12, 31),
    "一九九八年十月二十日": (1998, 10, 20),
    "5 Mar 2021": (2021, 3, 5),
    "March 5, 2021": (2021, 3, 5),
    "Sept 2021": (2021, 9),
    "Fri, 05 Mar 2021 10:00:00 +0800": (2021, 3, 5),
    "1614902400": (2021, 3, 5),  # 2021-03-05 00:00:00 UTC
    "1614902400.5": (2021, 3, 5),
    "1614902400000": (2021, 3, 5),
}
NOT_UNDERSTOOD = [
    "", "昨天", "03/05/2021", "05-03-21", "21年3月", "0000-00-00", "2021-00-00", "2021-13-01", "2021-06-31", "20211301", "2021-3/5",
    "0001-01-01", "2021-W09", "0", "2021-03-05abc", "12345",
    "十十年", "五十二十年", "初十十二月二〇二一年", "二〇二十年",
]  # fmt: skip


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_dates_are_read_as_they_are_written(text: str) -> None:
    assert parse(text) == Day(*UNDERSTOOD[text])


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_what_is_no_date_or_could_be_two_is_not_guessed(text: str) -> None:
    assert parse(text) is None


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    found = parse(text)
    assert found is None or 1000 <= found.year <= 2999


@given(st.dates(date(1000, 1, 1), date(2999, 12, 31)), st.dates(date(1000, 1, 1), date(2999, 12, 31)))
def test_periods_sort_as_they_follow(a: date, b: date) -> None:
    for of in ("week", "month", "quarter", "year"):
        first, second = (period(parse(d.isoformat()) or Day(0), of) or "" for d in (a, b))
        assert (first <= second) if a <= b else (first >= second)


def test_the_periods_of_a_date() -> None:
    assert [period(Day(2021, 1, 3), of) for of in ("week", "month", "quarter", "year")] == [
        "2020-W53",
        "2021-01",
        "2021-Q1",
        "2021",
    ]
    assert [period(Day(2021, 12), of) for of in ("week", "month", "quarter", "year")] == [None, "2021-12", "2021-Q4", "2021"]
    assert [period(Day(2021), of) for of in ("week", "month", "quarter", "year")] == [None, None, None, "2021"]
