"""DynamoDB: the only place that knows the table (`docs/data-model.md`)."""
