"""Who is the person: the stand-in eIDAS node, an OpenID Connect provider with invented persons."""
