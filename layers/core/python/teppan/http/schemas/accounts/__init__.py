"""Request bodies about accounts and sessions."""
