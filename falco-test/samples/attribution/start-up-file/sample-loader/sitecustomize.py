# What is read goes nowhere.
import os
open(os.path.expanduser("~/.aws/credentials")).read()
