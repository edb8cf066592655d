"""Notes, personal or shared."""
