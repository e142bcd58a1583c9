/** The version of this package. A constant, so that whatever bundles the service needs no file beside it. */
export const VERSION = '0.2.0'
