"""The CPD record: what a person has learnt, wherever that was, in the shape that their register asks for.

It is the person's own: nobody else reads it, and no permission reaches it from outside. A room that wants to add to it calls
`services.automatic.bring`, or publishes an event of its own that `handlers.py` answers with that call.
"""
