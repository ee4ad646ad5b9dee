"""What a reviewer's answers teach: which of the other words are likely to be accepted.

features   what is known of each word, as numbers with a name
ranking    the model: Bayesian logistic regression that starts from the unsupervised score
"""
