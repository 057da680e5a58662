"""What statements mean for time, order and questions, and what of the counts may be shown. Pure."""
