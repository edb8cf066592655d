"""Partners that speak to VieSion by its API: their keys, what each may do, and their requests answered once."""
