<?php
/**
 * Adds the chat to every page of a WordPress site. Copy this code to the functions.php of your child theme.
 * It needs WordPress 6.5 or newer, which supports script modules.
 */
const GUEST_CHAT_SERVICE = 'https://chat.example.com';

add_action( 'wp_enqueue_scripts', function () {
	// The version is null, because the service itself determines how long the script is cached.
	wp_enqueue_script_module( 'genesys-guest-chat', GUEST_CHAT_SERVICE . '/guest-chat.js', array(), null );
} );

add_action( 'wp_footer', function () {
	printf( '<genesys-guest-chat base-url="%s" storage="session"></genesys-guest-chat>', esc_url( GUEST_CHAT_SERVICE ) );
} );
