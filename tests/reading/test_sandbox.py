from collections.abc import Iterator

import pytest

from wajue.reading.sandbox import Excessive, bounded, bounded_lines


def test_work_that_takes_too_much_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wajue.reading.sandbox.SECONDS", 1)
    monkeypatch.setattr("wajue.reading.sandbox._BYTES", 1 << 28)

    def endless(text: str) -> str:
        while True:
            text = text[::-1]

    def crash(text: str) -> str:
        import ctypes
        import faulthandler

        faulthandler.disable()
        return ctypes.string_at(1).decode()

    for work in (endless, crash, lambda text: text * 1_000_000_000, lambda text: str(1 // 0)):
        with pytest.raises(Excessive):
            bounded(work, "甲")
    assert bounded(lambda text: text * 1_000_000, "甲\ud800") == "甲\ud800" * 1_000_000


def test_lines_come_before_the_work_is_ended() -> None:
    def work() -> Iterator[bytes]:
        yield b"a\n"
        yield b"b"
        raise ZeroDivisionError

    made = bounded_lines(work, 30)
    assert [next(made), next(made)] == [b"a\n", b"b"]
    with pytest.raises(Excessive, match="more than 30 seconds or 1 GB"):
        next(made)
