"""The use cases of portfolios: opening, writing, deciding, signing."""
