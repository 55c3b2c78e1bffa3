"use strict";

SwaggerUIBundle({
  url: "openapi.json",
  domNode: document.getElementById("operations"),
  deepLinking: true,
  displayRequestDuration: true,
  // The token stays in memory, and is gone when the page is closed.
  persistAuthorization: false,
  // Who may call an operation (x-teppan-roles), and how often (x-teppan-throttle).
  showExtensions: true,
  tryItOutEnabled: true,
  // Without this, the page would send its contract to a validator on another host.
  validatorUrl: null,
});
