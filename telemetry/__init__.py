"""What gateway and server both speak: quantities, entries, codec, seal, chain, runs, topics. Pure: no I/O, no clock.

Module map (docs/wire.md is the same in CDDL, for readers in other languages)

| module | holds |
|---|---|
| `errors`     | every typed error; the type decides the reaction |
| `limits`     | every bound, each with its reason |
| `quality`    | `Quality`, the codes that stand beside values |
| `cbor`       | deterministic CBOR: `encode`, strict `decode` |
| `cose`       | COSE_Sign1, `SigningKey`, `VerifyKey`, the registry of algorithms |
| `link`       | `Link`, `Kind`, `Clock`, `ClockSource`: what is signed; its digest |
| `content`    | `Times`, `Values`, `ChannelDescriptor`, `Event`: what a link commits to |
| `leaves`     | salts, leaf hashes, roots |
| `columns/`   | how integers are packed outside the signature |
| `seal`       | `Sealer`: contents in, `SealedEntry` out |
| `message`    | `parse_message` → `Message` (an entry, or a run of entries): verify, check, contents |
| `opened`     | `Opened`: proven contents as numpy columns |
| `run`, `redacting` | `merge`, `merge_within`; `redact` withholds leaves |
| `chain`      | `Head`, `verify_chain`: names what was dropped, repeated, reordered, truncated, altered |
| `events`     | typed bodies of event leaves |
| `descriptor` | `ChannelModel`: the typed body of a channel descriptor |
| `committed`, `alarm_notice`, `status` | the other messages of a gateway's topics |
| `topics`     | topic names, gateway ids, partitions |
| `strict`     | every YAML a person writes goes through here |
"""
