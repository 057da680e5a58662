"""Frameworks in the making: draft, consult, review, sign, publish, retire."""
