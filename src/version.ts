/** The version of this package. It is a constant, so that a bundle of the service needs no other file. */
export const VERSION = '0.2.0'
