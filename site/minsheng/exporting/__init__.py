"""Tables out: what may leave the site, and in which form."""
