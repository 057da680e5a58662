"""Evidence portfolios: what a learner shows, what a supervisor decides, and the signature that freezes it."""
