"""Saved views: a report with its filters under a name, and a letter about it once a month."""
