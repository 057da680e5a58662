"""Approvals to carry out a function under statute: who may act as AMHP, Section 12(2) doctor, Approved Clinician or BIA.

Apart from certificates, and on their floor: a certificate of a course is one of the things that an approval rests on, and
nothing below needs to know of approvals. An approval has no code, no public page and no file: three may see it.
"""
