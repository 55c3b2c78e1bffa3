"""The DynamoDB table (`docs/data-model.md`); no other package reads or writes it."""
