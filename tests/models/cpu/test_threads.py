import threading

import pytest

from wajue.models.cpu.threads import at_once


@pytest.mark.parametrize("threads", [1, 3])
def test_each_thread_calls_the_kernel_and_what_one_raises_is_raised(threads: int) -> None:
    together, called = threading.Barrier(threads), []

    def kernel(first: int, second: str) -> None:
        together.wait(60)  # which only threads at work at the same time get past
        called.append((first, second))
        if len(called) == threads:
            raise ValueError("the last one fails")

    with pytest.raises(ValueError, match="the last one fails"):
        at_once(threads, kernel, 7, "a")
    assert called == [(7, "a")] * threads
