"""Words over time: the table `trends`.

dates           dates as people and machines write them, and their periods
period_counts   words counted by period
strata          one change in several corpora
timeline        when a word changed, and its bursts
coverage        where corpora begin, end or change their share
trend_table     what became of each term
"""
