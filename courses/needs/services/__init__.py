"""Use cases of needs rounds: authorise, load, decide, record. The edge commits."""
