"""How events reach the webhook endpoints: queued, signed, sent and sent again."""
