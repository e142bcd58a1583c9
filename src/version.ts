/** The version of this package. A constant, so that a bundle of the service needs no other file. */
export const VERSION = '0.2.0'
