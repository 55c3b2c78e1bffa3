"""The schemas of request bodies. Each equals a schema in `openapi.yaml`."""
