"""What a booking is, costs, and may become: slots, prices, changes, cancellations."""
