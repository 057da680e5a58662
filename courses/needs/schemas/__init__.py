"""Shapes of needs rounds: `given` is sent, `told` is answered."""
