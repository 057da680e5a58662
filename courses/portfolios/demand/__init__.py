"""Demand for supervision and capacity to give it, where somebody organises."""
