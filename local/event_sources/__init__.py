"""The services that call our functions, and the events that they send (`events/`)."""
