"""Every template is compiled before the first reader comes."""

import subprocess
import sys

COUNT = """
from jinja2 import Environment
compiled = []
compile_template = Environment.compile
def counted(self, source, name=None, *args, **named):
    compiled.append(name)
    return compile_template(self, source, name, *args, **named)
Environment.compile = counted
from yobal.adapters.rendering import templates
{load}
before = len(compiled)
for language in ("en", "km"):
    env = templates.renderer_for(language)._env
    for name in env.list_templates():
        env.get_template(name)
print(before, len(compiled) - before, len(env.list_templates()))
"""


def _counts(load: str) -> list[int]:
    """How many were compiled before, how many after, and how many there are."""
    command = [sys.executable, "-c", COUNT.replace("{load}", load)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [int(word) for word in done.stdout.split()]


def test_after_the_start_nothing_is_compiled_and_languages_share_what_was() -> None:
    before, after, count = _counts("templates.load_templates()")
    assert (before, after) == (count, 0)


def test_control_without_loading_readers_wait_for_the_compiler() -> None:
    before, after, count = _counts("")
    assert (before, after) == (0, count)
