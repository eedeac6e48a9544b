"""The JSON forms of the API. They are written here once; OpenAPI and the page's types follow from them."""
