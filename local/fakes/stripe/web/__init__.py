"""What a browser sees of the fake: the checkout page, 3-D Secure, and a dashboard."""
