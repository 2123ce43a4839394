<?php
/**
 * Plugin Name: Yobal comments
 * Description: Shows a Yobal thread below each post in place of WordPress's own comments, which are switched off.
 * Requires at least: 6.1
 * Requires PHP: 7.4
 * License: Apache-2.0
 *
 * Copy this folder to wp-content/plugins/, activate it, and write the address of your comments under
 * Settings > Discussion. The story id is the number of the post, as `yobal story sync` reads it with
 * --id-from guid --id-pattern "p=([0-9]+)". The edition is the language of the site as its feed names it,
 * such as "en-US"; for other editions, or several languages, there is the filter `yobal_edition`.
 */

defined( 'ABSPATH' ) || exit;

/** The address of the newsroom's comments without a slash at its end, or '' before it is set. */
function yobal_address(): string {
	return untrailingslashit( (string) get_option( 'yobal_address', '' ) );
}

function yobal_is_story( int $post_id ): bool {
	return yobal_address() !== '' && get_post_type( $post_id ) === 'post' && get_post_status( $post_id ) === 'publish';
}

/** The one line for the post that is shown. */
function yobal_element(): string {
	$post_id = (int) get_queried_object_id();
	if ( ! is_singular() || ! yobal_is_story( $post_id ) ) {
		return '';
	}
	$edition = apply_filters( 'yobal_edition', get_bloginfo( 'language' ), $post_id );
	return sprintf(
		'<yobal-comments story="%1$d" edition="%2$s"><a href="%3$s">%4$s</a></yobal-comments>',
		$post_id,
		esc_attr( $edition ),
		esc_url( yobal_address() . "/$post_id/$edition/" ),
		esc_html__( 'Comments' ) // WordPress's own word, in the language of the site
	);
}

add_action(
	'wp_head',
	function () {
		if ( yobal_address() !== '' ) {
			printf( '<script src="%s" async></script>' . "\n", esc_url( yobal_address() . '/@/embed.js' ) );
		}
	}
);

// Themes that are made of blocks.
add_filter(
	'render_block',
	function ( string $html, array $block ): string {
		$replaced = array( 'core/comments', 'core/post-comments' );
		return yobal_address() !== '' && in_array( $block['blockName'], $replaced, true ) ? yobal_element() : $html;
	},
	10,
	2
);

// Themes that are made of PHP templates.
add_filter(
	'comments_template',
	function ( string $template ): string {
		return yobal_address() !== '' ? __DIR__ . '/thread.php' : $template;
	}
);

// Such a theme asks for the comments only if they are open. They count as open here, and none is taken.
add_filter(
	'comments_open',
	function ( bool $is_open, $post_id ): bool {
		return yobal_is_story( (int) $post_id ) ? true : $is_open;
	},
	10,
	2
);
add_filter(
	'preprocess_comment',
	function ( array $comment ): array {
		if ( yobal_address() !== '' ) {
			wp_die( esc_html__( 'Comments are closed.' ), '', array( 'response' => 403 ) );
		}
		return $comment;
	}
);

add_action(
	'admin_init',
	function () {
		register_setting( 'discussion', 'yobal_address', array( 'sanitize_callback' => 'esc_url_raw' ) );
		add_settings_field(
			'yobal_address',
			'<label for="yobal_address">Address of your Yobal comments</label>',
			function () {
				printf(
					'<input type="url" id="yobal_address" name="yobal_address" class="regular-text" value="%s" placeholder="https://comments.example/river-post">',
					esc_attr( yobal_address() )
				);
			},
			'discussion'
		);
	}
);
