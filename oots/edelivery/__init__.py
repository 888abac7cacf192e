"""How does it travel? AS4 user messages, receipts and error signals (eDelivery AS4 1.15, TDD 4.7)."""
