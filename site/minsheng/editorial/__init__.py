"""From one person's draft to a second person's signature: what makes records public, and changes them."""
