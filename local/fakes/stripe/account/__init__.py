"""One Stripe account: its objects, its balance and its events."""
