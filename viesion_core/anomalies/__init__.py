"""« Signaler une anomalie »: the mail of the deck to the assistance, with what helps to reproduce and nobody in it."""
