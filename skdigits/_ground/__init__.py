"""Plumbing that every room may stand on: no digits, no models, no figures."""
