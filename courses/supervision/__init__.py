"""Learning supervisors: licences, who supervises whom, and what they attest."""
