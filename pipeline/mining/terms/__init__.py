"""What sets a domain apart: the tables `candidates` and `terms`.

coded_tokens        tokens of documents as 16-bit codes
term_occurrences    runs of words: how often, in how many documents, beside what
contrast_measures   scores that compare two corpora
evidence            how sure it is that the domain uses a candidate more
form_rules          what tells from its form that a string is no term
stand_ins           candidates for which a longer one, or another spelling, stands
fragments           what speaks for a piece of a sentence
candidate_table     runs with their scores, and the rule that bars each
termhood            nesting, and the score that ranks terms
centrality          how central candidates are among their like
term_table          candidates ranked
seed_expansion      what is like the user's seeds
term_dates          the first and the last document that holds a term
example_sentences   sentences that show it
"""
