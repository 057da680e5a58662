"""Millions of invented statements, made by the database itself so that a benchmark need not wait for HTTP."""
