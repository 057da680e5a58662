"""Shapes of launching."""

from marshmallow import Schema, fields


class LaunchOut(Schema):
    """What content needs to report. The secret is told once, and works for this registration and course only."""

    endpoint = fields.String(metadata={"description": "xAPI endpoint, with the slash at its end"})
    key = fields.String(metadata={"description": "User name for HTTP Basic"})
    secret = fields.String(metadata={"description": "Password for HTTP Basic"})
    actor = fields.Dict(metadata={"description": "The learner as an xAPI Agent"})
    registration = fields.UUID()
    activity = fields.String(metadata={"description": "IRI of the course as an Activity"})
    until = fields.AwareDateTime()
