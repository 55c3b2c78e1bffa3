"""Teppan: the booking backend of a private-chef catering company."""
