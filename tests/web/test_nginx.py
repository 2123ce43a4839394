"""What only the examples of nginx have: their own pages, fragments, and TLS."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import SITE_ID
from tests.nginx import (
    DESK_EXAMPLE,
    EXAMPLE,
    Nginx,
    make_nginx,
    nginx_before,
    with_tls,
)
from tests.ports import free_ports
from tests.serving import (
    ROOT,
    Served,
    ask,
    is_listening,
    make_served,
    needed,
    post,
    serving,
    wait_for,
)
from tests.web.test_web_servers import address_of_link_back

pytestmark = pytest.mark.nginx

EMBED = ROOT / "docs" / "embed.md"
KHMER = "សាឡាងឈប់ដំណើរការពេលយប់"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as made:
        yield made


@pytest.fixture(scope="module")
def nginx(served: Served) -> Iterator[Nginx]:
    with nginx_before(served.folder / "nginx", served) as made:
        yield made


def test_a_body_that_is_too_large_is_explained(nginx: Nginx) -> None:
    response = post(nginx.port, b"step=send&text=" + b"x" * 257 * 1_024)
    assert response.status == 413
    assert "This is far too long" in response.text
    assert response.header("cache-control") == "no-store"
    assert response.header("content-security-policy")
    assert ask(nginx.port, path=address_of_link_back(response)).status == 200


def test_the_desks_name_without_its_port_redirects_to_its_port(nginx: Nginx) -> None:
    response = ask(nginx.port, path="/join", headers={"Host": "desk.example"})
    assert (response.status, response.header("location")) == (308, "https://desk.example:8443/join")


def _newsroom_server(served: Served, port: int, stories: Path) -> str:
    """The newsroom's own server with the example of docs/embed.md, on a test's port and folders."""
    (example,) = re.findall(r"```nginx\n(.*?)```", EMBED.read_text(encoding="utf-8"), re.DOTALL)
    assert "ssi on;" in example
    example = example.replace("/srv/yobal/data/public", str(served.newsroom.files_dir))
    return f"server {{ listen 127.0.0.1:{port}; types {{ text/html html; }} root {stories}; {example} }}"


INCLUDES = (
    '<style><!--# include virtual="/{site}/@/comments.css" --></style>',
    '<!--# include virtual="/{site}/{story}/en/thread.fragment.html" -->',
    '<!--# include virtual="/{site}/{story}/en/form.fragment.html" -->',
)


def test_a_story_includes_its_fragments_and_nothing_while_it_is_not_declared(
    served: Served, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    (tmp_path / "stories").mkdir()
    for story in ("ferry", "undeclared"):
        includes = "|".join(INCLUDES).format(site=SITE_ID, story=story)
        page = f"<title>{story}</title>\n<article>[{includes}]</article>"
        (tmp_path / "stories" / f"{story}.html").write_text(page, encoding="utf-8")
    extra = _newsroom_server(served, port, tmp_path)
    with nginx_before(tmp_path / "nginx", served, extra=extra):
        wait_for(lambda: is_listening(port), "the newsroom's server answers")
        declared = ask(port, path="/stories/ferry.html")
        undeclared = ask(port, path="/stories/undeclared.html")
        directly = ask(port, path=f"/{SITE_ID}/ferry/en/thread.fragment.html")
    assert 'name="text"' in declared.text
    assert "No comments yet" in declared.text
    assert undeclared.status == 200
    stylesheet_file = served.newsroom.files_dir / SITE_ID / "@/comments.css"
    stylesheet = stylesheet_file.read_text(encoding="utf-8")
    assert f"<style>{stylesheet}</style>" in declared.text
    included = f"[<style>{stylesheet}</style>||]"
    assert undeclared.text == f"<title>undeclared</title>\n<article>{included}</article>"
    assert directly.body == b"", "fragments are for the newsroom's own pages"


@pytest.mark.parametrize("example", [EXAMPLE, DESK_EXAMPLE], ids=lambda path: path.name)
def test_the_example_is_valid_with_tls(tmp_path: Path, example: Path) -> None:
    """`nginx -t` on the shipped file, with test certificates."""
    nginx = needed("nginx", "nginx-light")
    served = make_served(tmp_path)
    folder = tmp_path / "nginx"
    made = make_nginx(folder, served)
    served.close()
    shipped = example.read_text(encoding="utf-8")
    is_desk = example == DESK_EXAMPLE
    servers = 1 if is_desk else 2  # the second one redirects to the desk's port
    assert shipped.count("ssl_certificate ") == shipped.count("ssl_certificate_key ") == servers
    conf = with_tls(
        made.desk_text if is_desk else made.text, made.desk if is_desk else made.port, folder
    )
    (folder / "nginx.conf").write_text(conf, encoding="utf-8")
    result = subprocess.run(
        [nginx, "-t", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "/dev/null"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
