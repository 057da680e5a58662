"""Other people's tests, run from checkouts of their own: see `make conformance`."""
