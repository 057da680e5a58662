"""Evaluation: what a course was like, and what became of it after three months. Nobody's answer is kept, only counts.

An invitation belongs to an enrolment and says no more than whether it was answered. An answer is added to counters
(`models.EvaluationTally`) and is gone; there is no row of it, so there is none that could lead back to somebody. Counters are
by course, month, body and sector: where a single person stands behind one, whoever reads the database itself can guess, and
the pages say so; what leaves the database goes through the disclosure rule. Reports read sums of the counters (`summing`),
which know less. What was written in words stands apart, with the course and the question alone.

That is why nothing here joins what a person said after the course to what they said later: whatever could find the first
answer again could find the person. Confidence before is asked for looking back instead, which is also the fairer measure:
people judge better then what they did not know.
"""
