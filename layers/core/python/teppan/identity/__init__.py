"""Who is calling: the claims that the gateway's authorizer has verified."""
