"""The page of a review. In: a review. Out: HTML, and the policy that it runs under.

One page for both ways: with a server it asks for rows and gives answers; without one (`--file`) the rows are in it, in the order
that was learned so far, and answers stay in the browser's storage until they are saved as a file of verdicts.
"""

import tomllib
from typing import Any

import numpy as np

from wajue import verdict_files
from wajue.results import page_template
from wajue.results.glossary import glossary
from wajue.results.review.answers import ORDERS, STATES, Filters, Review

IN_A_FILE = 5_000  # rows of a page without a server: some 3 MB
_SCRIPTS = ("base.js", "answers.js", "review.js")


def html(review: Review, name: str, *, with_server: bool) -> tuple[str, str]:
    """(the page, its content security policy). name: of the workspace."""
    texts = tomllib.loads(page_template.source("review.toml"))
    head = page_template.head(("page.css", "review.css"), _SCRIPTS)
    policy = head.policy + ("; connect-src 'self'; frame-ancestors 'none'" if with_server else "")
    page = page_template.template("review.html", texts, glossary(), {}).render(
        name=name,
        title=texts["page"]["title"][0].format(name=name),
        kind=review.listing.kind,
        states=STATES,
        orders=ORDERS if with_server else (),
        reasons=review.reasons(),
        **head._replace(policy="" if with_server else policy)._asdict(),  # with a server it is a header, which knows more
        data=page_template.embedded(_data(review, name, texts, with_server)),
    )
    return page, policy


def _data(review: Review, name: str, texts: dict[str, Any], with_server: bool) -> dict[str, Any]:
    shown = {
        "name": name,
        "kind": review.listing.kind,
        "texts": texts,
        "names": glossary()["columns"],
        "columns": verdict_files.COLUMNS,
        "reviewer": review.reviewer,
    }
    return shown | {"rows": None if with_server else _rows(review)}


def _rows(review: Review) -> list[dict[str, Any]]:
    rows = review.order(Filters("all"))[:IN_A_FILE]
    return [review.row(review.listing.listed[row]) for row in np.asarray(rows).tolist()]
