"""Self-assessment: people rate themselves against a framework's statements, and say who may see it.

A rating belongs to the version and the level that it was made for. What it is worth under a later version is worked out on
reading, by `frameworks.rules.carrying`: nothing is rewritten when a version is published, so nothing can be lost by it.
"""
