"""From readings to a result: the law that holds for an agency, the series of a shift, the metric, the standing, the verdict.

| module     | what |
|------------|------|
| `law`      | limits that hold for an agency: the platform's, its own and those from above, with confirmations |
| `shift`    | when exposure is expected: occupancy, or the shift without its breaks. Pure |
| `taken`    | readings as a series, and what was left out of it. Pure |
| `metrics`  | the metric that a limit names. Pure |
| `standing` | legal or screening, and what is lacking. Pure |
| `assess`   | all of it: a measurement, or an entered value, against one limit. Pure |
"""
