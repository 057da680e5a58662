"""Llwybr: the ground (`lms.core`), people (`lms.accounts`), the record store (`lms.xapi`) and the roof."""
