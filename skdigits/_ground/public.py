"""Public names carry their public path, wherever they are defined."""


def public(path="skdigits"):
    """Make a class or function name the module that users import it from.

    Pickles, model files and error messages then hold a path that stays when files are moved.

    Parameters
    ----------
    path : str, default="skdigits"
        The public module.

    Returns
    -------
    decorate : callable
        It sets `__module__` and returns what it is given.
    """

    def decorate(thing):
        thing.__module__ = path
        return thing

    return decorate
