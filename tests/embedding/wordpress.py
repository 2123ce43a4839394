"""A real WordPress of the Debian package, on a MariaDB of its own."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.serving import needed, wait_for

WORDPRESS: Final = Path("/usr/share/wordpress")  # of the Debian package
CONFIGURATION: Final = """<?php
define( 'DB_NAME', 'wordpress' ); define( 'DB_USER', 'root' ); define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:SOCKET' ); define( 'DB_CHARSET', 'utf8mb4' ); define( 'DB_COLLATE', '' );
define( 'WP_HOME', 'ORIGIN' ); define( 'WP_SITEURL', 'ORIGIN' );
define( 'WP_HTTP_BLOCK_EXTERNAL', true ); define( 'DISABLE_WP_CRON', true ); define( 'AUTOMATIC_UPDATER_DISABLED', true );
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $name ) {
    define( $name . '_KEY', 'only for this test' ); define( $name . '_SALT', 'only for this test' );
}
define( 'WP_DEBUG', true ); define( 'WP_DEBUG_DISPLAY', true );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) { define( 'ABSPATH', __DIR__ . '/' ); }
require_once ABSPATH . 'wp-settings.php';
"""
INSTALL: Final = """<?php
define( 'WP_INSTALLING', true );
function wp_new_blog_notification() {}
require __DIR__ . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install( 'The River Post', 'admin', 'desk@news.example', true, '', 'only-for-this-test' );
"""


@contextlib.contextmanager
def mariadb(folder: Path) -> Iterator[Path]:
    """A database server of our own on a socket. Yields the socket, which has a short path."""
    folder.mkdir()
    user = f"--user={'root' if os.geteuid() == 0 else os.environ.get('USER', '')}"
    install = needed("mariadb-install-db", "mariadb-server")
    options = ["--no-defaults", f"--datadir={folder / 'data'}", user]
    subprocess.run(
        [install, *options, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        capture_output=True,
    )
    socket = folder / "s"
    options += ["--skip-networking", f"--socket={socket}", f"--pid-file={folder / 'pid'}"]
    with (folder / "output").open("ab") as output:
        server = needed("mariadbd", "mariadb-server")
        process = subprocess.Popen([server, *options], stdout=output, stderr=output)
    try:
        wait_for(socket.exists, "MariaDB listens")
        client = needed("mariadb", "mariadb-client")
        subprocess.run(
            [client, "--no-defaults", f"--socket={socket}", "-e", "create database wordpress"],
            check=True,
        )
        yield socket
    finally:
        process.terminate()
        process.wait(timeout=120)


def install_wordpress(folder: Path, socket: Path, origin: str) -> None:
    """A new blog with WordPress's own example of a post."""
    shutil.copytree(WORDPRESS, folder)
    configuration = CONFIGURATION.replace("SOCKET", str(socket)).replace("ORIGIN", origin)
    (folder / "wp-config.php").write_text(configuration, encoding="utf-8")
    run_php(folder, INSTALL)


def run_php(folder: Path, source: str, *arguments: str) -> str:
    """What a script in WordPress's folder prints."""
    path = folder / "run.php"
    path.write_text(source, encoding="utf-8")
    done = subprocess.run(
        [needed("php", "php-cli"), path, *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    path.unlink()
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
