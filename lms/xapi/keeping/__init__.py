"""Writing to the store on behalf of a verified bearer (`rules/scopes.py`), whose scopes are asked here."""
