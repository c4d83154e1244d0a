"""`python -m skdigits`."""

from skdigits.cli import main

if __name__ == "__main__":
    main()
