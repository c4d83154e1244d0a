"""
Tune with Optuna, and give up on bad settings early
===================================================

`Optuna <https://optuna.org>`_ draws settings where good ones were found before, and stops a fit
that falls behind the others (``pip install optuna``). A scikit-learn callback tells it of each
epoch.
"""

# %%
# The callback
# ------------
# After each epoch it reports the accuracy on the validation rows, which is what a callback is given
# as `X` and `y`. What it returns ends the fit if it is true.

import sys

import optuna
from sklearn.model_selection import train_test_split

from skdigits import load_mnist, load_sample_digits, make_model


class Pruning:
    """Tells a trial of each epoch, and ends the fit where the trial is to be pruned."""

    def __init__(self, trial):
        self.trial = trial

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, X, y, fitted_estimator):
        if context.task_name != "epoch":
            return False
        self.trial.report(fitted_estimator.score(X, y), context.task_id)
        return self.trial.should_prune()


# %%
# The search
# ----------

if "mnist" in sys.argv[1:]:
    X, y = load_mnist(subset="train", return_X_y=True)
    X, _, y, _ = train_test_split(X, y, train_size=10_000, stratify=y, random_state=0)
else:
    X, y = load_sample_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)


def objective(trial):
    model = make_model(
        "ann",
        learning_rate=trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True),
        batch_size=trial.suggest_categorical("batch_size", [16, 32, 64]),
        epochs=20,
        validation_fraction=0.2,
        random_state=0,
    )
    model["ann"].set_callbacks(Pruning(trial))
    model.fit(X_train, y_train)
    if trial.should_prune():
        raise optuna.TrialPruned
    return model["ann"].history_["val_accuracy"][-1]


optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(
    direction="maximize",
    sampler=optuna.samplers.TPESampler(seed=0),
    pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=2),
)
study.optimize(objective, n_trials=12)

# %%
# What was found
# --------------

pruned = [t for t in study.trials if t.state == optuna.trial.TrialState.PRUNED]
epochs = sum(len(trial.intermediate_values) for trial in study.trials)
print(f"{len(pruned)} of {len(study.trials)} trials pruned, {epochs} epochs of {12 * 20} trained")
print(f"best: {study.best_params}, validation accuracy {study.best_value:.4f}")
best = make_model("ann", epochs=20, random_state=0, **study.best_params).fit(X_train, y_train)
print(f"test accuracy of the best: {best.score(X_test, y_test):.4f}")
