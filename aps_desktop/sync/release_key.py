"""The release manager's public keys, hexadecimal; a build puts them here, a checkout has none."""

RELEASE_KEYS: tuple[str, ...] = ()
