"""The pages for people, and what joins them."""
