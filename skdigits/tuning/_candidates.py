"""The candidates of a search, put into words."""


def candidate_name(params):
    """Name a candidate by its parameters, without the steps that they belong to."""
    return ", ".join(f"{name.rpartition('__')[2]}={value}" for name, value in params.items())
