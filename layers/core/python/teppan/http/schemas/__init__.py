"""The schemas of request bodies, each the twin of one in `openapi.yaml`."""
