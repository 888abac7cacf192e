"""Who can answer: Evidence Broker and Data Service Directory, server and client."""
