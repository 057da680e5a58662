"""Exploring: the page and the routes of the report that is laid out as its reader asks."""
