import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier

from skdigits import compare, evaluate, load_sample_digits, make_model, plots


@pytest.fixture(autouse=True)
def no_window():
    before = mpl.get_backend(auto_select=False)
    mpl.use("Agg")
    yield
    mpl.pyplot.close("all")
    if before:
        mpl.use(before)


@pytest.fixture(scope="module")
def pixels():
    X, y = load_sample_digits(return_X_y=True)
    return X[:600], y[:600]


@pytest.fixture(scope="module")
def ann(pixels):
    return make_model("ann", epochs=3, validation_fraction=0.2, random_state=0).fit(*pixels)


@pytest.fixture
def ax():
    return Figure().subplots()


def words(ax):
    return [text.get_text() for text in ax.texts]


def shown(ax):
    return [np.asarray(image.get_array()) for image in ax.images]


def drawn_in_order(display):
    """The display's way through `plot`: `ax_`, `figure_`, and drawing it again."""
    figure = display.figure_
    assert display.ax_ in figure.axes
    again = display.plot()
    assert again is display
    assert display.figure_ is not figure
    display.figure_.canvas.draw()


def test_sample_digits_are_shown_with_their_labels(pixels, ax):
    X, y = pixels
    display = plots.SampleDigitsDisplay.from_data(X, y, n_samples=20, ax=ax)
    assert display.ax_ is ax
    assert words(ax) == [str(digit) for digit in range(10)] * 2
    first_zero = X[y == 0][0].reshape(28, 28)
    assert np.array_equal(shown(ax)[0], first_zero)
    drawn_in_order(display)


def test_sample_digits_may_be_chosen_by_chance_and_have_no_labels(pixels, ax):
    X, _ = pixels
    one, same, other = (
        plots.SampleDigitsDisplay.from_data(X, n_samples=5, random_state=seed).images
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    plots.SampleDigitsDisplay(one).plot(ax=ax)
    assert words(ax) == []
    assert len(ax.images) == 5


def test_class_balance_draws_the_counts(pixels, ax):
    display = plots.ClassBalanceDisplay.from_labels(np.array(["a", "b", "b"]), ax=ax)
    assert [bar.get_height() for bar in ax.patches] == [1, 2]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["a", "b"]
    drawn_in_order(display)


def test_pixel_distribution_draws_shares(ax):
    X = np.array([[0, 0, 0, 255], [0, 16, 0, 255]], dtype=np.uint8)
    display = plots.PixelDistributionDisplay.from_data(X, ax=ax)
    heights = [bar.get_height() for bar in ax.patches]
    assert (heights[0], heights[1], heights[-1]) == (5 / 8, 1 / 8, 2 / 8)
    assert sum(heights) == 1
    drawn_in_order(display)


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_training_curves_draw_training_and_validation(ann, metric, ax):
    display = plots.TrainingCurvesDisplay.from_estimator(ann, metric=metric, ax=ax)
    training, validation = (line.get_ydata().tolist() for line in ax.lines)
    assert training == ann[-1].history_[metric]
    assert validation == ann[-1].history_[f"val_{metric}"]
    assert ax.lines[0].get_xdata().tolist() == [1, 2, 3]
    drawn_in_order(display)


def test_training_curves_of_scikit_learns_network(pixels, ax):
    model = MLPClassifier((8,), max_iter=300, tol=1, n_iter_no_change=2).fit(*pixels)
    plots.TrainingCurvesDisplay.from_estimator(model, ax=ax)
    assert ax.lines[0].get_ydata().tolist() == model.loss_curve_
    with pytest.raises(ValueError, match="no 'accuracy' in the history"):
        plots.TrainingCurvesDisplay.from_estimator(model, metric="accuracy")
    with pytest.raises(ValueError, match="GaussianNB remembers no epochs"):
        plots.TrainingCurvesDisplay.from_estimator(GaussianNB().fit(*pixels))


def test_the_confusion_matrix_is_scikit_learns(ann, pixels, ax):
    display = plots.ConfusionMatrixDisplay.from_estimator(ann, *pixels, ax=ax)
    assert display.confusion_matrix.sum() == 600


def test_predictions_are_marked_right_and_wrong(ax):
    X = np.zeros((3, 4))
    display = plots.PredictionsDisplay.from_predictions(
        X, [1, 2, 3], [1, 7, 3], y_proba=[0.9, 0.8, 0.7], ax=ax
    )
    assert words(ax) == ["✓ 1\n90%", "✗ 7, is 2\n80%", "✓ 3\n70%"]
    colours = [text.get_color() for text in ax.texts]
    assert colours[0] == colours[2] != colours[1]
    drawn_in_order(display)


def test_predictions_of_an_estimator_are_its_own(ann, pixels, ax):
    X, y = pixels
    plots.PredictionsDisplay.from_estimator(ann, X, y, n_samples=30, random_state=3, ax=ax)
    right = sum(text.startswith("✓") for text in words(ax))
    assert len(ax.images) == 30
    rows = np.random.RandomState(3).permutation(600)[:30]
    assert right == (ann.predict(X[rows]) == y[rows]).sum()
    plots.PredictionsDisplay.from_estimator(GaussianNB().fit(X, y), X, y, n_samples=2)


def test_confused_pairs_are_the_most_frequent_with_their_digits(ax):
    y_true = np.array([1, 1, 1, 2, 2, 3])
    y_pred = np.array([7, 7, 1, 3, 2, 8])
    X = np.arange(6 * 4).reshape(6, 4)
    display = plots.ConfusedPairsDisplay.from_predictions(X, y_true, y_pred, n_pairs=2, ax=ax)
    assert words(ax) == ["1 read as 7\n2 times", "2 read as 3\n1 time"]
    assert [image.ravel().tolist() for image in shown(ax)] == [X[i].tolist() for i in (0, 1, 3)]
    drawn_in_order(display)


def test_confused_pairs_where_nothing_is_confused(pixels, ax):
    X, y = pixels
    plots.ConfusedPairsDisplay.from_predictions(X, y, y, ax=ax)
    assert words(ax) == ["nothing was confused"]


def test_confused_pairs_of_an_estimator(pixels, ax):
    X, y = pixels
    model = GaussianNB().fit(X[:100], y[:100])
    plots.ConfusedPairsDisplay.from_estimator(model, X, y, n_pairs=1, n_images=3, ax=ax)
    assert 1 <= len(ax.images) <= 3


def test_weights_are_those_of_the_first_layer_largest_first(ann, pixels, ax):
    display = plots.WeightsDisplay.from_estimator(ann, n_units=6, ax=ax)
    coefs = ann[-1].coefs_[0]
    largest = np.argmax(np.linalg.norm(coefs, axis=0))
    assert len(ax.images) == 6
    assert np.allclose(shown(ax)[0].ravel(), coefs[:, largest])
    low, high = ax.images[0].get_clim()
    assert low == -high
    drawn_in_order(display)
    linear = LogisticRegression(tol=10).fit(*pixels)
    assert len(plots.WeightsDisplay.from_estimator(linear).ax_.images) == 10
    with pytest.raises(ValueError, match="GaussianNB has no weights"):
        plots.WeightsDisplay.from_estimator(GaussianNB().fit(*pixels))


@pytest.mark.parametrize("cost", ["fit_seconds", "predict_one_ms", "size_bytes"])
def test_accuracy_is_drawn_against_cost(pixels, cost, ax):
    X, y = pixels
    models = {
        "bayes": GaussianNB(),
        "logistic": make_model("logreg"),
        "bad": make_model("ann", epochs=0),
    }
    comparison = compare(models, X[:300], y[:300], X[300:], y[300:])
    display = plots.AccuracyCostDisplay.from_comparison(comparison, cost=cost, ax=ax)
    assert words(ax) == ["bayes", "logistic"]
    points = [float(line.get_ydata()[0]) for line in ax.lines if line.get_marker() == "o"]
    assert points == [100 * comparison.results[0].accuracy, 100 * comparison.results[1].accuracy]
    drawn_in_order(display)
    with pytest.raises(ValueError, match="cost takes fit_seconds"):
        plots.AccuracyCostDisplay.from_comparison(comparison, cost="ink")


def test_reliability_is_drawn_on_the_diagonal_where_it_is_right(pixels, ann, ax):
    X, y = pixels
    display = plots.ReliabilityDisplay.from_estimator(ann, X, y, ax=ax)
    result = evaluate(ann, X, y)
    points = next(line for line in ax.lines if line.get_marker() == "o")
    assert points.get_xdata() == pytest.approx(
        [confidence for confidence, _, _ in result.reliability]
    )
    assert points.get_ydata() == pytest.approx([accuracy for _, accuracy, _ in result.reliability])
    assert f"ECE {result.calibration_error:.4f}" in ax.get_legend().get_texts()[1].get_text()
    assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(1)
    drawn_in_order(display)


def test_reliability_needs_probabilities(pixels):
    X, y = pixels
    svm = make_model("svm").fit(X, y)
    with pytest.raises(ValueError, match="SVC has no probabilities"):
        plots.ReliabilityDisplay.from_estimator(svm, X, y)


def test_epoch_curves_draw_both_scores_over_the_epochs(pixels, ax):
    X, y = pixels
    model = make_model("ann", epochs=3, random_state=0)
    display = plots.EpochCurveDisplay.from_estimator(model, X, y, cv=2, ax=ax)
    assert ax.get_xlabel() == "epoch"
    assert ax.get_ylabel() == "accuracy"
    train, test = ax.lines
    assert test.get_xdata().tolist() == [1, 2, 3]
    assert np.array_equal(test.get_ydata(), display.curve.test_scores.mean(axis=1))
    assert np.array_equal(train.get_ydata(), display.curve.train_scores.mean(axis=1))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Train", "Test"]
    drawn_in_order(display)


def test_a_search_is_drawn_best_first(pixels, ax):
    X, y = pixels
    search = GridSearchCV(make_model("logreg"), {"logreg__C": [1e-9, 0.1, 1e-4]}, cv=3).fit(X, y)
    display = plots.SearchDisplay.from_search(search, n_candidates=2, ax=ax)
    best = np.argsort(-search.cv_results_["mean_test_score"])[:2]
    names = [f"C={search.cv_results_['params'][i]['logreg__C']}" for i in best]
    assert names[0] == "C=0.1"
    assert [label.get_text() for label in ax.get_yticklabels()] == names
    splits, means = ax.lines
    assert means.get_xdata() == pytest.approx(search.cv_results_["mean_test_score"][best])
    assert len(splits.get_xdata()) == 6
    assert ax.yaxis_inverted()
    drawn_in_order(display)


def test_augmentation_shows_each_digit_beside_what_became_of_it(pixels, ax):
    X, _ = pixels
    display = plots.AugmentationDisplay.from_data(X, n_samples=3, n_versions=4, ax=ax)
    images = shown(ax)
    assert len(images) == 15
    for i in range(3):
        assert np.array_equal(images[5 * i], X[i].reshape(28, 28))
        assert len({image.tobytes() for image in images[5 * i : 5 * i + 5]}) == 5
    assert words(ax) == ["as it is"]
    drawn_in_order(display)


def test_rows_that_are_no_images_are_refused(ann):
    with pytest.raises(ValueError, match=r"Rows of 5 features are no square images"):
        plots.SampleDigitsDisplay.from_data(np.zeros((3, 5)))
    with pytest.raises(ValueError, match=r"image_shape=\(3, 3\) does not fit rows of 6"):
        plots.SampleDigitsDisplay.from_data(np.zeros((3, 6)), image_shape=(3, 3))
    assert plots.SampleDigitsDisplay.from_data(np.zeros((3, 6)), image_shape=(2, 3))
    with pytest.raises(ValueError, match="no images to draw"):
        plots.SampleDigitsDisplay.from_data(np.zeros((0, 4)))


def test_without_matplotlib_the_command_is_named(python):
    done = python(
        "import sys\n"
        "sys.modules['matplotlib'] = None\n"
        "from skdigits import plots, load_sample_digits, write_report, compare, make_model\n"
        "X, y = load_sample_digits(return_X_y=True)\n"
        "comparison = compare({'a': make_model('logreg')}, X[:99], y[:99], X[99:200], y[99:200])\n"
        "for call in (lambda: plots.SampleDigitsDisplay.from_data(X),\n"
        "             lambda: write_report(comparison, 'nowhere')):\n"
        "    try:\n"
        "        call()\n"
        "    except ImportError as error:\n"
        "        print(error)\n"
    )
    assert done.stdout.count('pip install "skdigits[plots]"') == 2
