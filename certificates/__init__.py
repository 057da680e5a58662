"""Awards, their printed certificates and public verification."""
