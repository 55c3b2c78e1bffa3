"""What payments do to a booking: attempts to pay, captures, refunds, disputes."""
