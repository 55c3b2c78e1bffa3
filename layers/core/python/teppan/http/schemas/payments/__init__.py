"""Request bodies about payments."""
