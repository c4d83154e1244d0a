"""BLAS with one thread, for products that have the same bits in every process."""

import threading
from contextlib import contextmanager

from threadpoolctl import ThreadpoolController


class _OneBlasThread:
    """Limit BLAS to one thread inside the block; return the number it had before.

    The limit is the whole process's: of several threads that want it at once the first sets it
    and the last puts it back.
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.users = 0
        self.blas = None

    @contextmanager
    def __call__(self):
        with self.lock:
            if self.blas is None:  # 33 ms to make, 0.03 ms to use
                self.blas = ThreadpoolController().select(user_api="blas")
            if self.users == 0:
                self.n_threads = [library.num_threads for library in self.blas.lib_controllers]
                self._set([1] * len(self.n_threads))
            self.users += 1
        try:
            yield max(self.n_threads, default=1)
        finally:
            with self.lock:
                self.users -= 1
                if self.users == 0:
                    self._set(self.n_threads)

    def _set(self, n_threads):
        for library, n in zip(self.blas.lib_controllers, n_threads, strict=True):
            # threadpoolctl listens to one Python thread only, the first that ever set a limit, and
            # passes over the others without a word.
            let_go = getattr(library, "clear_controlling_thread", None)
            if let_go:
                let_go(force=True)
            library.set_num_threads(n)
            if let_go:
                let_go(force=True)


one_blas_thread = _OneBlasThread()
