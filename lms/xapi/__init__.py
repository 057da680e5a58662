"""The learning record store: xAPI 1.0.3 and 2.0 (IEEE 9274.1.1) on one endpoint. It knows no course.

`rules/` judges and shapes, purely; `services/` keeps; `queries.py` finds; `api/` speaks HTTP as the specification says.
"""
