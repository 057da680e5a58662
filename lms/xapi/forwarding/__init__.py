"""Sending statements on to other record stores: each of them once or more, in order, and nothing lost unseen.

A destination is a cursor over `statement.seq`, no outbox. `runs.py` claims what comes next, sends it outside of any
transaction, and records what became of it; whatever breaks in between is sent again, which statement ids make harmless.

In order means in the order of `seq`, so in order per actor too. A fault that may pass (no connection, 408, 429, 5xx)
and a destination that turns us away (401, 403, 404, a redirect) hold everything, so nothing overtakes. A statement that
the other store refuses for what it says becomes a dead letter, and what follows goes on, the same actor's included: to
wait for a person would hold that actor for ever. One that is sent again later comes out of its order, as a person decided.
"""
