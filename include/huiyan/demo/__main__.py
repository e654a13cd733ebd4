"""`python -m huiyan.demo`."""

from huiyan.demo.cli import app

app(prog_name="huiyan demo")
