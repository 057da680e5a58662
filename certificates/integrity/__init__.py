"""Every night all certificates and their ledger are held against what was issued; administrators hear of what differs."""
