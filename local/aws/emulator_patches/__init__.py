"""What the emulator lacks of Cognito, Lambda and API Gateway.

Each module replaces functions of one service.

The emulator's own interpreter runs this folder, with the folder alone on its import path. So the
modules import nothing of this project, and the emulator only through `importlib`. Each declares:

- `MODULE`: the emulator's module, below the package `ministack`;
- `REQUIRED`: the names in it that the patch replaces or calls;
- `apply()`: replaces them.
"""
