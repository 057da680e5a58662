"""A register was corrected after a certificate was issued: whoever looks after it is told, sees both, and decides."""
