"""The AWS emulator of the local cloud, and how it is built and deployed."""
