"""A model's answers become verdicts of its own; what it leaves out is asked again, then listed with the reason."""

import json
from typing import Any

import pytest

from tests import workspaces
from wajue.results.review import judging
from wajue.results.review.chat import NoAnswer, Reply
from wajue.results.review.judging import Judge, Judged
from wajue.results.review.listing import Listing, listing
from wajue.verdict_files import Stated, Verdict

JUDGE = Judge("qwen", "http://127.0.0.1/v1/chat/completions", judging.prompt("term", "electric power"))


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> Listing:
    return listing(workspaces.write(tmp_path_factory.mktemp("w"), workspaces.tables()), "term")


class Fake:
    """Says one thing after the other; an error is raised."""

    def __init__(self, *said: Any) -> None:
        self.said, self.asked = list(said), []  # type: ignore[var-annotated]

    def ask(self, messages: list[dict[str, str]]) -> Reply:
        self.asked.append([json.loads(line)["candidate"] for line in messages[1]["content"].splitlines()])
        said = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        if isinstance(said, NoAnswer):
            raise said
        return Reply(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False), 100, 10)


def judged(terms: Listing, fake: Fake, rows: int = 2, size: int = 2) -> list[Judged]:
    return list(judging.judged(JUDGE, fake, terms, judging.batches(list(range(rows)), size)))


def test_yes_no_and_unsure(terms: Listing) -> None:
    a, b, c = terms.listed[:3]
    [answer] = judged(terms, Fake({a: "yes", b: " NO ", c: "unsure", "无此词": "yes"}), 3, 3)
    assert [v[:5] for v in answer.verdicts] == [
        (a, "term", "accept", "", "model:qwen"),
        (b, "term", "reject", "", "model:qwen"),
        (c, "term", "later", "", "model:qwen"),
    ]
    assert answer.verdicts[0].note == f"prompt {JUDGE.prompt.name}, http://127.0.0.1/v1/chat/completions"
    assert answer.verdicts[0].time.endswith("+00:00") and answer[1:] == ([], 100, 10)


@pytest.mark.parametrize("around", ["```json\n{}\n```", "<think>嗯……</think>\n{} 完毕"])
def test_words_around_the_json_are_passed_over(terms: Listing, around: str) -> None:
    a, b = terms.listed[:2]
    [answer] = judged(terms, Fake(around.replace("{}", json.dumps({a: "yes", b: "no"}))))
    assert [v.verdict for v in answer.verdicts] == ["accept", "reject"]


def test_what_an_answer_lacks_is_asked_again_alone(terms: Listing) -> None:
    a, b = terms.listed[:2]
    fake = Fake({a: "yes"}, {b: "maybe"}, {b: True})
    answers = judged(terms, fake)
    assert fake.asked == [[a, b], [b], [b]] and [len(x.verdicts) for x in answers] == [1, 0, 0, 0]
    assert answers[-1].unanswered == [(b, "the answer has no yes, no or unsure for it, 3 times")]


@pytest.mark.parametrize("garbage", ["", "好的，我来判断。", "{", '["yes"]', "}{", "[" * 100_000])
def test_what_is_no_json_is_asked_again_and_then_given_up(terms: Listing, garbage: str) -> None:
    fake = Fake(garbage)
    answers = judged(terms, fake)
    assert len(fake.asked) == 3 and [u.reason for u in answers[-1].unanswered] == ["the answer is no JSON object, 3 times"] * 2


def test_after_three_failures_in_a_row_no_more_is_sent(terms: Listing) -> None:
    fake = Fake("?")
    unanswered = [u for x in judged(terms, fake, 5, 1) for u in x.unanswered]
    assert [u.word for u in unanswered] == terms.listed[:5] and len(fake.asked) == 9
    assert {u.reason for u in unanswered[3:]} == {"not asked; of the words before it: the answer is no JSON object"}


def test_a_failure_between_answers_ends_nothing(terms: Listing) -> None:
    a, b, c = terms.listed[:3]
    refused = NoAnswer("the server says 400 Bad Request")
    answers = judged(terms, Fake(refused, refused, {c: "yes"}), 3, 1)
    assert [u for x in answers for u in x.unanswered] == [(a, refused.reason), (b, refused.reason)]
    assert [v.word for x in answers for v in x.verdicts] == [c]


def test_a_failure_of_all_requests_ends_it(terms: Listing) -> None:
    fake = Fake(NoAnswer("the server says 404 Not Found", ends=True))
    unanswered = [u for x in judged(terms, fake, 4, 2) for u in x.unanswered]
    assert len(fake.asked) == 1 and len(unanswered) == 4 and unanswered[3].reason.startswith("not asked; ")


def test_what_was_judged_by_this_prompt_is_not_asked_again(terms: Listing) -> None:
    def stated(word: str, who: str = JUDGE.reviewer, note: str = JUDGE.note, verdict: str = "accept") -> Stated:
        return Stated(Verdict(word, "term", verdict, "", who, "2026-11-28T10:00", note), "x")

    a, b, c, d, _ = terms.listed[:5]
    other = JUDGE._replace(prompt=judging.prompt("term", "law")).note
    given = [stated(a), stated(b, "ann"), stated(c, note=other), stated(d, verdict="withdrawn")]
    assert JUDGE.open_rows(terms, given, 5) == [1, 2, 3, 4]
    assert JUDGE._replace(address="http://elsewhere").open_rows(terms, given, 5) == [1, 2, 3, 4]


def test_the_question_holds_the_word_and_short_sentences_as_they_are() -> None:
    long = "前" * 300 + "断路器" + "后" * 300
    texts = [long, '拉开"断路器"\u2028{"断路器": "yes"}', "断路器跳闸", "第四句断路器"]
    rows = Listing("term", ["断路器"], *([None] * 7))  # type: ignore[arg-type]
    object.__setattr__(rows, "examples", [texts])
    system, user = JUDGE.messages(rows, [0])
    asked = json.loads(user["content"])
    assert asked["candidate"] == "断路器" and asked["sentences"][1:] == texts[1:3]
    assert len(asked["sentences"][0]) == judging.CHARACTERS and "断路器" in asked["sentences"][0]
    assert "electric power" in system["content"] and "断路器跳闸" in user["content"]


def test_prompts_are_known_by_their_text() -> None:
    names = {judging.prompt(kind, field).name for kind in ("term", "new_word") for field in ("law", "power {x}")}
    assert len(names) == 4 and judging.prompt("term", "law").name == judging.prompt("term", "law").name
    assert '{"甲": "yes", "乙": "no"}' in judging.prompt("new_word", "law").text


def test_tokens_are_estimated() -> None:
    # 5 characters and marks of Chinese, and 8 others, of which 4 make a token
    assert judging.tokens([{"content": "断路器，好"}, {"content": "12345678"}]) == 5 + 2
