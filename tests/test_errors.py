import pytest
from py4j.protocol import Py4JError

from wajue import errors


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("An error occurred while calling o502.statusStore", "Spark's Java process has ended"),  # no answer at all
        ("Answer from Java side is empty", "Spark's Java process has ended"),
        ("Error while sending or receiving", "Spark's Java process has ended"),
        ("An error occurred while calling o502.load. Trace:\npy4j.Py4JException: Method load([]) does not exist", None),
        ("An error occurred while calling o1.save.\n: java.io.IOException: No space left on device", "a disk is full"),
    ],
)
def test_the_cause_of_a_fault_in_java(said: str, meaning: str | None) -> None:
    cause = errors.cause(Py4JError(said))
    assert cause is None if meaning is None else cause is not None and cause.startswith(meaning)
