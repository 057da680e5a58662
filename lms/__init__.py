"""Llwybr: the ground (`lms.core`, `lms.accounts`), the record store (`lms.xapi`) and the roof (`lms.reporting`, `lms.portal`, `lms.app`)."""
