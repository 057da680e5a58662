"""The training catalogue, enrolments, supervision, portfolios and the launch of content."""
