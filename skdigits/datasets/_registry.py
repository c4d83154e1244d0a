"""What the published data sets are, where they are, and how to know their files."""

from skdigits.datasets._bunch import DIGITS
from skdigits.datasets._fetch import DataSet, PublishedFile


def _gz(name, **known):
    """Describe a gzipped IDX file: it may lie unpacked too, or as Kaggle's copies are named."""
    kaggle = name.replace("-idx", ".idx")
    return PublishedFile(f"{name}.gz", (name, kaggle, f"{kaggle}.gz"), **known)


def _four_files(kind, train_images, train_labels, test_images, test_labels):
    """Describe the four files by their hashes, of the kind "md5" or "sha256"."""
    return {
        "train": (
            _gz("train-images-idx3-ubyte", **{kind: train_images}),
            _gz("train-labels-idx1-ubyte", **{kind: train_labels}),
        ),
        "test": (
            _gz("t10k-images-idx3-ubyte", **{kind: test_images}),
            _gz("t10k-labels-idx1-ubyte", **{kind: test_labels}),
        ),
    }


def _emnist(subset):
    """Describe a subset's two members of EMNIST's one archive."""
    return tuple(
        PublishedFile(
            "gzip.zip",
            ("emnist-gzip.zip",),
            md5="58c8d27c78d21e728a6bc7b3cc06412e",
            member=f"gzip/emnist-digits-{subset}-{what}-ubyte.gz",
        )
        for what in ("images-idx3", "labels-idx1")
    )


_MNIST = DataSet(
    title="MNIST",
    folder="mnist",
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    files=_four_files(
        "sha256",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    target_names=DIGITS,
    descr="""MNIST handwritten digits

70,000 grey images of 28x28 pixels (uint8, ground 0, ink up to 255): 60,000 for training, then
10,000 for testing, in the official order. Each digit was fitted into 20x20 pixels and centred by
its centre of mass.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits",
http://yann.lecun.com/exdb/mnist/. The decompressed files' SHA-256 was checked.
""",
)

_FASHION_MNIST = DataSet(
    title="Fashion-MNIST",
    folder="fashion-mnist",
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
    # The hashes are in the README of https://github.com/zalandoresearch/fashion-mnist.
    files=_four_files(
        "md5",
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
    target_names=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    descr="""Fashion-MNIST

70,000 grey images of clothes, 28x28 pixels (uint8, ground 0): 60,000 for training, then 10,000 for
testing, in the official order. Ten classes, equally frequent.

Source: H. Xiao, K. Rasul, R. Vollgraf (2017), "Fashion-MNIST: a novel image dataset for
benchmarking machine learning algorithms", arXiv:1708.07747. The published files' MD5 was checked.
""",
)

_KMNIST = DataSet(
    title="KMNIST",
    folder="kmnist",
    mirrors=(
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    ),
    # The hashes are in torchvision/datasets/mnist.py of https://github.com/pytorch/vision.
    files=_four_files(
        "md5",
        "bdb82020997e1d708af4cf47b453dcf7",
        "e144d726b3acfaa3e44228e80efcd344",
        "5c965bf0a639b31b8f53240b1b52f4d7",
        "7320c461ea6c1c855c0b718fb2a4b134",
    ),
    target_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    descr="""KMNIST (Kuzushiji-MNIST)

70,000 grey images of ten handwritten Japanese characters (hiragana in cursive script), 28x28
pixels (uint8, ground 0): 60,000 for training, then 10,000 for testing, in the official order.

Source: T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto, D. Ha (2018), "Deep
Learning for Classical Japanese Literature", arXiv:1812.01718. The published files' MD5 was checked.
""",
)

_EMNIST = DataSet(
    title="EMNIST",
    folder="emnist",
    mirrors=(
        "https://biometrics.nist.gov/cs_links/EMNIST/",
        "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
    ),
    # The hash is in torchvision/datasets/mnist.py of https://github.com/pytorch/vision.
    files={"train": _emnist("train"), "test": _emnist("test")},
    target_names=DIGITS,
    transposed=True,
    descr="""EMNIST handwritten digits

280,000 grey images of 28x28 pixels (uint8, ground 0, ink up to 255): 240,000 for training, then
40,000 for testing, in the official order. They are published transposed and stand upright here.

Source: G. Cohen, S. Afshar, J. Tapson, A. van Schaik (2017), "EMNIST: an extension of MNIST to
handwritten letters", arXiv:1702.05373. The published archive's MD5 was checked.
""",
)

DATA_SETS = {data_set.folder: data_set for data_set in (_MNIST, _FASHION_MNIST, _KMNIST, _EMNIST)}
