"""Login attempts and ended sessions in the table."""
