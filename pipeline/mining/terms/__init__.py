"""What sets a domain apart: the tables `candidates` and `terms`.

term_occurrences    runs of words: how often, in how many documents, beside what
measures            scores that compare two corpora
termhood            nesting, and the score that ranks terms
form_rules          what tells from its form that a string is no term
candidate_table     runs with their scores, and the rule that bars each
term_table          candidates ranked
seed_expansion      what is like the user's seeds
term_dates          the first and the last document that holds a term
example_sentences   sentences that show it
"""
