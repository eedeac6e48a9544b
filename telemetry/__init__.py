"""What gateway and server both speak: quantities, entries, codec, seal, chain, runs, topics. Pure: no I/O, no clock."""
