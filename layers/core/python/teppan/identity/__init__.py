"""Who is calling, and the user pool: Cognito's answers as our own."""
