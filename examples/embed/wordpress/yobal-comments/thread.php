<?php
/** What a classic theme includes in place of its comments. */

defined( 'ABSPATH' ) || exit;

echo yobal_element(); // phpcs:ignore WordPress.Security.EscapeOutput -- every part of it is escaped
