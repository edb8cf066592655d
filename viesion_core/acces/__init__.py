"""Who may enter and see: accounts, sessions, links, throttling, perimeter."""
