"""The rules of TDD 1.0.0, assertion by assertion as its official files have them."""
