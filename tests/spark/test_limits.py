"""Limits of the system that Spark does not start within are said in words; no Spark is started."""

import resource

import pytest

from wajue.errors import WajueError, cause
from wajue.spark import limits, session


@pytest.mark.parametrize(
    ("kind", "most", "said"),
    [
        (resource.RLIMIT_NOFILE, 256, r"ulimit -n allows 256 open files, and Spark needs 512 at least: raise the limit"),
        (resource.RLIMIT_AS, 4 << 30, r"ulimit -v allows 4,194,304 KB of address space, and Spark needs 7,340,032 at least"),
    ],
)
def test_a_limit_that_is_too_low(kind: int, most: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda asked: (most, most if asked == kind else resource.RLIM_INFINITY))
    with pytest.raises(WajueError, match=said):
        limits.check(3 << 30)


def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 2**31 - 7)
    with pytest.raises(WajueError, match=r"the user id 2147483641 has no name on this system.* -v /etc/passwd:/etc/passwd:ro"):
        limits.check(3 << 30)


def test_what_java_may_raise_itself_is_not_too_low(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda asked: (64, 1 << 40))
    limits.check(3 << 30)


def test_sizes_as_java_writes_them() -> None:
    assert [limits.bytes_of(s) for s in ("3g", "800M", "1024k", "5", "2gb")] == [3 << 30, 800 << 20, 1 << 20, 5, 2 << 30]
    with pytest.raises(WajueError, match="WAJUE_DRIVER_MEMORY = 'much' is no size"):
        session._heap("much")


def test_what_java_says_of_other_limits() -> None:
    for said, meaning in (("unable to create native thread: possibly out of memory", "ulimit -u"), ("Too many open files", "ulimit -n"),
                          ("invalid null input: name", "/etc/passwd"), ("OSError: [Errno 27] File too large", "ulimit -f")):  # fmt: skip
        assert meaning in (cause(RuntimeError(said)) or "")
