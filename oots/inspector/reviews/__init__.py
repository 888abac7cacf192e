"""What a review stands on, and the words of its pages."""
