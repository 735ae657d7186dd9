"""Cases at the desk: review, hand-over, reply, sheets, the quarantine."""
