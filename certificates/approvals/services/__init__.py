"""Use cases of approvals: authorise, load, decide, record. The edge commits."""
