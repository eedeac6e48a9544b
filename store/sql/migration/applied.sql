SELECT number, name, digest FROM migration ORDER BY number
