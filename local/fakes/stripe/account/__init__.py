"""What one Stripe account holds, and what happens in it: payments, refunds, disputes, events."""
