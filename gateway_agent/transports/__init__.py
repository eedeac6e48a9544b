"""Byte transports: TCP and serial lines behind one small seam, so that a driver runs on a line, a pty or a socket alike."""
