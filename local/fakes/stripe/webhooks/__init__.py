"""The delivery of events to webhook endpoints: queued, signed, sent, and sent again."""
