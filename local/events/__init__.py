"""Change recorded events so that a running cloud accepts them."""
