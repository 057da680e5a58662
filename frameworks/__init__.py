"""Curricular frameworks: levels, domains, statements and what a role requires."""
