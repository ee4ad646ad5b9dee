"""The same kernel on several threads at once. (Numba's own parallel loops would compile each kernel once more.)"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def at_once(threads: int, kernel: Callable[..., None], *arguments: Any) -> None:
    """Call the kernel with these arguments on so many threads; it must let go of the interpreter's lock. Ends when all have ended.

    Raises what a call raised.
    """
    if threads == 1:
        kernel(*arguments)
        return
    with ThreadPoolExecutor(threads) as pool:
        for call in [pool.submit(kernel, *arguments) for _ in range(threads)]:
            call.result()
