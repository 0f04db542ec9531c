echo sample-tool does nothing
python3 ../sample-tool/cli.py
