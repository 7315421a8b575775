// The API's description as a page on which it can be tried out. Who is signed in needs no key.

const place = document.getElementById("api-docs");

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.description,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayOperationId: true,
  displayRequestDuration: true,
  filter: true,
  validatorUrl: null,
  requestInterceptor(request) {
    if (place.dataset.csrf && !request.headers.Authorization) request.headers["X-CSRF-Token"] = place.dataset.csrf;
    return request;
  },
});
