"""One message in its views: fields, source, signature, rules, beside another."""
