"""The new words, the best first, as every list shows them: a view, the report, the demo, exported dictionaries.

In: the tables of a workspace. Out: SQL over `lexicon` and `variants`. A word stands here once, in its standard form, with its other
spellings and slips behind it; these have no row of their own, and stay in both tables.

    score of the domain's own words = score in lexicon * log_ratio: is it a word, and how much more is it the domain's
"""

from wajue.store.workspace import Workspace

ROLES = ("domain", "general", "all")  # whose new words a list shows
_SCORES = {"domain": "score * coalesce(log_ratio, 1)", "general": "score * coalesce(-log_ratio, 1)", "all": "score"}
_FIGURES = "used, log_ratio, score AS word_score, remainder_share, gain, pmi, left_entropy, right_entropy, log_prob, is_latin, role"


def view(role: str) -> str:
    """The name of the view that has the new words of a role: new_words has the domain's own."""
    return "new_words" if role == "domain" else f"new_words_{role}"


VIEWS = {
    view("domain"): "a new word of the domain, the best first; score: that of lexicon times log_ratio",
    view("general"): "a new word of general text, the best first",
    view("all"): "a new word, whosever it is, the best first; score: that of lexicon",
}


def sql(role: str) -> str:
    """A SELECT of the new words of one of ROLES: rank, word, score, domain_count, general_count, count, example, variants, and more
    figures.
    """
    example = "general_example" if role == "general" else "example"
    own = "" if role == "all" else f" AND role = '{role}'"
    return f"""
        SELECT row_number() OVER (ORDER BY {_SCORES[role]} DESC, word) AS rank, word, {_SCORES[role]} AS score,
               domain_count, general_count, count, {example} AS example, coalesce(spellings, []) AS variants, {_FIGURES}
        FROM lexicon LEFT JOIN (
            SELECT variant_of AS word, list(word ORDER BY count DESC, word) AS spellings FROM variants GROUP BY variant_of
        ) USING (word)
        WHERE is_new AND word NOT IN (SELECT word FROM variants){own} ORDER BY rank"""


def shown_role(workspace: Workspace) -> str:
    """Whose new words are shown where nobody says: the domain's, and general text's only where no corpus is of the domain."""
    corpora = workspace.settings("raw_documents", "corpus") if workspace.whole("raw_documents") else []
    return "general" if corpora and all(c["role"] == "general" for c in corpora) else "domain"
