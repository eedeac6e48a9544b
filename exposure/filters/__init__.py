"""Frequency and time weightings on waveforms: digital filters designed from the standards, with a state that streams.

Audio and raw acceleration stay where they are sampled: what leaves are levels.
"""
