"""What the `antoan profile` commands do beyond decoding: captures as people write them, new profiles, trials on real wires."""
