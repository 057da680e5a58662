"""Training-needs rounds: what bodies need, what can be paid for, who gets how many places by which rule, and what came of it."""
