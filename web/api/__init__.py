"""The API of the partners (`/api/v1/solis`): keys instead of sessions, JSON, errors as problems (RFC 9457)."""
