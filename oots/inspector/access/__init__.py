"""Who may look: doors for reviewers, their duties, and every look written down."""
