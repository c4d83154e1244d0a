from skdigits._ground.environment import environment


def test_environment_names_what_figures_depend_on():
    told = environment()
    assert told["cores"] >= 1
    assert {"skdigits", "tensorflow", "scikit-learn"} <= told["versions"].keys()
