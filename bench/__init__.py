"""The benchmarks behind ``make bench``: ratios to a yardstick that is measured in the same run."""
