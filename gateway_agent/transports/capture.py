"""Sound cards: samples as they come, through ALSA. The seam is `Capture`.

libasound is called directly: it is on every Raspberry Pi OS, and neither of the two Python packages for it is both alive and
built for 64-bit Arm (docs/decisions/0012-transports.md).
"""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache
from typing import TYPE_CHECKING, Protocol

from gateway_agent.transports.line import LineClosedError, not_opened

if TYPE_CHECKING:
    from firmware_profiles.schema.sound import AlsaLink

CAPTURE, INTERLEAVED = 1, 3
"""SND_PCM_STREAM_CAPTURE and SND_PCM_ACCESS_RW_INTERLEAVED of alsa/pcm.h."""
FORMATS = {"S16_LE": (2, 2), "S24_LE": (6, 4), "S32_LE": (10, 4)}
"""SND_PCM_FORMAT_… and bytes a sample."""
BUFFER_US = 2_000_000
"""A busy kit is late by less; what comes later than this is an overrun, and said to be one."""


class Overrun(Exception):  # noqa: N818  (what happened, not a fault of the program)
    """Samples were lost: what comes next does not join what came before."""


class Capture(Protocol):
    """A running capture; blocks, so it has a thread of its own."""

    def read(self, frames: int) -> bytes:
        """So many frames, waiting for them. Raises Overrun, LineClosedError (the card was pulled)."""

    def close(self) -> None:
        """Release the card. Idempotent."""


class AlsaCapture:
    """See Capture. One channel."""

    def __init__(self, device: str, link: AlsaLink, channels: int = 1) -> None:
        self._alsa = _library()
        self._device = device
        code, width = FORMATS[link.format]
        self._frame_bytes = width * channels
        self._pcm: ctypes.c_void_p | None = ctypes.c_void_p()
        opened = self._alsa.snd_pcm_open(ctypes.byref(self._pcm), device.encode(), CAPTURE, 0)
        if opened < 0:
            self._pcm = None
            raise not_opened(f"the sound card {device}", -opened, self._words(opened), group="audio")
        fitted = self._alsa.snd_pcm_set_params(self._pcm, code, INTERLEAVED, channels, link.rate_hz, 0, BUFFER_US)
        if fitted < 0:
            self.close()
            text = f"the sound card {device} cannot give {link.rate_hz} samples of {link.format}: {self._words(fitted)}"
            raise LineClosedError(text, "wrong_model")

    def read(self, frames: int) -> bytes:
        """See Capture."""
        buffer = ctypes.create_string_buffer(frames * self._frame_bytes)
        done = 0
        while done < frames:
            place = ctypes.byref(buffer, done * self._frame_bytes)
            got = self._alsa.snd_pcm_readi(self._pcm, place, ctypes.c_ulong(frames - done))
            if got < 0:
                self._failed(int(got))
            done += got
        return buffer.raw

    def close(self) -> None:
        """See Capture."""
        pcm, self._pcm = self._pcm, None
        if pcm:
            self._alsa.snd_pcm_close(pcm)

    def _failed(self, code: int) -> None:
        if code == -errno.EPIPE and self._alsa.snd_pcm_recover(self._pcm, code, 1) >= 0:
            raise Overrun(f"{self._device} gave samples faster than they were taken")
        raise LineClosedError(f"the sound card {self._device} is gone: {self._words(code)}")

    def _words(self, code: int) -> str:
        return os.strerror(-code)


@cache
def _library() -> ctypes.CDLL:
    """Libasound with the types of what is called. Raises LineClosedError."""
    try:
        alsa = ctypes.CDLL("libasound.so.2")
    except OSError as error:
        raise LineClosedError("libasound is not installed: apt install libasound2", "not_there") from error
    alsa.snd_pcm_readi.restype = ctypes.c_long
    alsa.snd_pcm_readi.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong]
    alsa.snd_pcm_set_params.argtypes = [
        ctypes.c_void_p,
        *[ctypes.c_int] * 2,
        *[ctypes.c_uint] * 2,
        ctypes.c_int,
        ctypes.c_uint,
    ]
    alsa.snd_pcm_recover.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    alsa.snd_pcm_close.argtypes = [ctypes.c_void_p]
    return alsa
