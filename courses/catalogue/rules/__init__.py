"""Decisions of the catalogue, pure: what conditions mean, when a version may move on, how a search reads its words."""
