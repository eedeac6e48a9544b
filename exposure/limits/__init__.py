"""Exposure limits as data: `<jurisdiction>/<text>.yaml`, each value with its source and how well it was seen.

| module    | what |
|-----------|------|
| `loader`  | `book()`: everything that comes with the platform; `parse_set`: a set of somebody's own |
| `book`    | `Entry`, `Book`: by id, by the law in force on a day |
| `allowed` | what a limit allows in one case: table rows, long shifts, ppm and mg/m³ |
| `schema`  | `LimitSet`, `Limit`: what a file may say |
"""
