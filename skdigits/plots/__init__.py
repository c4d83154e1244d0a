"""Numbers become figures: `Display` classes in scikit-learn's manner.

Each takes `ax=`, keeps `ax_` and `figure_`, and can be drawn again with `plot`. matplotlib is
imported when something is drawn. The confusion matrix is scikit-learn's own
`ConfusionMatrixDisplay`, to be had from here too.
"""

from sklearn.metrics import ConfusionMatrixDisplay

from skdigits.plots._augmentation import AugmentationDisplay
from skdigits.plots._calibration import ReliabilityDisplay
from skdigits.plots._charts import (
    AccuracyCostDisplay,
    ClassBalanceDisplay,
    PixelDistributionDisplay,
    TrainingCurvesDisplay,
)
from skdigits.plots._confusions import ConfusedPairsDisplay
from skdigits.plots._epochs import EpochCurveDisplay
from skdigits.plots._pictures import PredictionsDisplay, SampleDigitsDisplay
from skdigits.plots._search import SearchDisplay
from skdigits.plots._weights import WeightsDisplay

__all__ = [
    "AccuracyCostDisplay",
    "AugmentationDisplay",
    "ClassBalanceDisplay",
    "ConfusedPairsDisplay",
    "ConfusionMatrixDisplay",
    "EpochCurveDisplay",
    "PixelDistributionDisplay",
    "PredictionsDisplay",
    "ReliabilityDisplay",
    "SampleDigitsDisplay",
    "SearchDisplay",
    "TrainingCurvesDisplay",
    "WeightsDisplay",
]
