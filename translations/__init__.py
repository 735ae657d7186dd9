"""Message catalogues. The interface is written in Simplified Chinese; the others translate it."""
