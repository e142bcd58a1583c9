/** The script of `swagger-ui-dist`, loaded by the page before this one. */
declare const SwaggerUIBundle: (options: {
  url: string
  dom_id: string
  deepLinking: boolean
  validatorUrl: 'none'
}) => unknown

// Without `validatorUrl` the page would send its address to a public validator.
SwaggerUIBundle({ url: '../openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: 'none' })
