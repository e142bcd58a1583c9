<?php
/**
 * The chat on every page of a WordPress site. Add this to the functions.php of your (child) theme.
 * It needs WordPress 6.5 or newer, for script modules.
 */
const GUEST_CHAT_SERVICE = 'https://chat.example.com';

add_action( 'wp_enqueue_scripts', function () {
	// Without a version, because the service itself sets how long the script is cached.
	wp_enqueue_script_module( 'genesys-guest-chat', GUEST_CHAT_SERVICE . '/guest-chat.js', array(), null );
} );

add_action( 'wp_footer', function () {
	printf( '<genesys-guest-chat base-url="%s" storage="session"></genesys-guest-chat>', esc_url( GUEST_CHAT_SERVICE ) );
} );
