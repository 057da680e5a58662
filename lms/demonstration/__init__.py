"""Invented people with invented histories, so that every page has something to show. Marked as such in every row."""
