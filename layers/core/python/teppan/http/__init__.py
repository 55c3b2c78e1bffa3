"""HTTP: the endpoint decorator and what it alone owns."""
