"""Is a certificate still good? The demo authority's service: revocation lists, OCSP, and a page of what it issued."""
