"""The AWS emulator of the local cloud, and the build and deployment of the stack to it."""
