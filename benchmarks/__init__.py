"""Speed and memory of skdigits beside its peers: `python -m benchmarks`."""
