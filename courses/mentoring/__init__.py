"""Mentoring: who helps whom along, that they meet, and what comes next. What is said between the two is not kept."""
