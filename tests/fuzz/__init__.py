"""Damaged inputs by the thousand: each is read, or refused with a clear error, and nothing else.

Each module but those with an underscore is a kind of input and has
`run(count, seed) -> collections.Counter`: how many inputs ended how. An input depends on the seed
and its number alone, so that one that fails is found again.
"""
