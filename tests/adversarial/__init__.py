"""What a stranger on the open internet, or a colleague without the right to, would try."""
