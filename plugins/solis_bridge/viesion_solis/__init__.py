"""The bridge between Solis, the département's information system, and VieSion."""
