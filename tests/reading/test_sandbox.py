import pytest

from wajue.reading.sandbox import Excessive, bounded


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
