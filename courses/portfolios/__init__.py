"""Evidence portfolios and their sign-off."""
