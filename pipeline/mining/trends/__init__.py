"""Words over time: the table `trends`.

dates           dates as people and machines write them, and their periods
period_counts   words counted by period
timeline        when a word changed, and its bursts
trend_table     what became of each term
"""
