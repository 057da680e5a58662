"""The record store over HTTP, at /xapi, as its specification says: no cookies, no language in the address."""

from lms.xapi.api import documents, lookups, statements
from lms.xapi.api.edge import xapi

__all__ = ["documents", "lookups", "statements", "xapi"]
