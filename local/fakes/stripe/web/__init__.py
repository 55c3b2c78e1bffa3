"""The fake's pages: the checkout, 3-D Secure, and a dashboard."""
