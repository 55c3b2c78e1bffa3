"""The authenticated caller, and the Cognito user pool with its accounts and sessions."""
