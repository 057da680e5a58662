"""Use cases of taught training: authorise, load, decide, record. The edge commits."""
