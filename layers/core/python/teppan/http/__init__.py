"""HTTP: the endpoint decorator, requests, responses, schemas and representations."""
