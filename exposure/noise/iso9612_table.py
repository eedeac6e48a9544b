"""Table C.4 of ISO 9612:2009: c1·u1 from the number of samples and their standard deviation."""

from __future__ import annotations

import numpy as np

from exposure.errors import OutOfDomainError, TooFewSamplesError

U1_DB = np.arange(0.0, 6.5, 0.5)
SAMPLES = np.array([3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 25, 30], dtype=np.float64)
C1U1_DB = np.array(
    [
        [0, 0.6, 1.6, 3.1, 5.2, 8.0, 11.5, 15.7, 20.6, 26.1, 32.2, 39.0, 46.5],
        [0, 0.4, 0.9, 1.6, 2.5, 3.6, 5.0, 6.7, 8.6, 10.9, 13.4, 16.1, 19.2],
        [0, 0.3, 0.7, 1.2, 1.7, 2.4, 3.3, 4.4, 5.6, 6.9, 8.5, 10.2, 12.1],
        [0, 0.3, 0.6, 0.9, 1.4, 1.9, 2.6, 3.3, 4.2, 5.2, 6.3, 7.6, 8.9],
        [0, 0.2, 0.5, 0.8, 1.2, 1.6, 2.2, 2.8, 3.5, 4.3, 5.1, 6.1, 7.2],
        [0, 0.2, 0.5, 0.7, 1.1, 1.4, 1.9, 2.4, 3.0, 3.6, 4.4, 5.2, 6.1],
        [0, 0.2, 0.4, 0.7, 1.0, 1.3, 1.7, 2.1, 2.6, 3.2, 3.9, 4.6, 5.4],
        [0, 0.2, 0.4, 0.6, 0.9, 1.2, 1.5, 1.9, 2.4, 2.9, 3.5, 4.1, 4.8],
        [0, 0.2, 0.3, 0.5, 0.8, 1.0, 1.3, 1.7, 2.0, 2.5, 2.9, 3.5, 4.0],
        [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.2, 1.5, 1.8, 2.2, 2.6, 3.0, 3.5],
        [0, 0.1, 0.3, 0.5, 0.6, 0.8, 1.1, 1.3, 1.6, 2.0, 2.3, 2.7, 3.2],
        [0, 0.1, 0.3, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 1.8, 2.1, 2.5, 2.9],
        [0, 0.1, 0.3, 0.4, 0.5, 0.7, 0.9, 1.1, 1.4, 1.7, 2.0, 2.3, 2.6],
        [0, 0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 1.0, 1.2, 1.4, 1.7, 2.0, 2.3],
        [0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.9, 1.1, 1.3, 1.5, 1.7, 2.0],
    ]
)
"""Not read in print: every cell agrees with the public transcription of jmrplens/phonometry, N07 confirms five."""


def sampling_contribution(samples: int, u1_db: float) -> float:
    """c1·u1 in dB, linear between the columns and rows of Table C.4; more than 30 samples count as 30 (the safe side).

    Refused below 3 samples and above a spread of 6 dB, where the table ends.
    """
    if samples < SAMPLES[0]:
        raise TooFewSamplesError(f"Table C.4 begins at 3 samples, not {samples}")
    if not 0 <= u1_db <= U1_DB[-1]:
        raise OutOfDomainError(f"Table C.4 ends at a spread of 6 dB, not {u1_db:.2f}: revise the group")
    by_row = [float(np.interp(u1_db, U1_DB, row)) for row in C1U1_DB]
    return float(np.interp(min(samples, SAMPLES[-1]), SAMPLES, by_row))
