"""Use cases of CPD records: what comes by itself, and what a person writes."""
