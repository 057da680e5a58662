"""Supervision records: sessions with one or many, agreed by both sides, and the hours that they make."""
