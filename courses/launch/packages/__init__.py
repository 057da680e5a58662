"""Course packages as they were sent: kept, unpacked, versioned, put on offer."""
