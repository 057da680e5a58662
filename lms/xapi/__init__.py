"""The learning record store: xAPI 1.0.3 and 2.0 (IEEE 9274.1.1) on one endpoint. It knows no course.

`rules/` judges and shapes, purely; `keeping/` writes what a credential may; `queries.py` finds; `api/` speaks HTTP as
the specification says; `services.py` is what other rooms call.
"""
