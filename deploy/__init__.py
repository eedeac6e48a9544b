"""The top floor: the `antoan` command, the local stack, the demo, and what a server or a Pi is installed with."""
